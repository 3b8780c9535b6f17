/* The two matrix products of a 1x1 convolution in training, channels last, float32: many rows
   (pixels) of few columns.

     rows_times_matrix            c[pixel][j] (+)= sum over i of a[pixel][i] * b[i][j]
     rows_transposed_times_rows   w[i][j]       = sum over pixels of g[pixel][i] * x[pixel][j]

   The first makes output and input gradient, the second the gradient of the weights.

   Both sum in register tiles of 6 rows x 16 columns or 4 rows x 24 columns, 12 vectors.  The
   columns are cut into panels of 16, of which the last has 24 where an odd 8 is left:
   104 = 5 * 16 + 24 wastes nothing.

   The first product packs b by panels, so that a panel lies in the first-level cache while
   blocks of a, read in place from the second-level cache, pass by.  The second takes pieces of
   some pixels; for each it copies one panel of x after the other to the first-level cache, sums
   the register tiles over the piece's pixels and adds these to the sums of a fixed part of all
   pixels.  Rows of g are read in place, unless their stride is a multiple of 4 cache lines: then
   g and x change places, or g is copied.  Both products prefetch the next block or piece
   meanwhile.

   How the work is cut depends on the sizes only, never on the number of threads, and so do the
   bits of the results. */

#if defined(__x86_64__)

#include <stdint.h>

#include "vectors.h"

enum { LINE = 16 }; /* floats of a cache line */
enum { MAX_VECTORS = 3 };
#ifdef AVX512 /* 32 registers */
enum { TILE_VECTORS = 24, MAX_ROWS = 12 };
enum { UNIT = 24, BLOCK_UNITS = 4 }; /* pixels of the first: 12 and 8 divide a unit */
#else
enum { TILE_VECTORS = 12, MAX_ROWS = 6 };
enum { UNIT = 12, BLOCK_UNITS = 8 }; /* 6 and 4 divide a unit */
#endif
enum { TASKS = 16 };     /* at most */
enum { SUM_LIMIT = 256 }; /* terms summed in one go, for the cache and for accuracy */
enum { PIECE = 96, PIXELS_PER_PART = 1200 }; /* pixels of the second */

static long at_least(long a, long b)
{
    return a > b ? a : b;
}

static float *align(float *p)
{
    return (float *)(((uintptr_t)p + 63) & ~(uintptr_t)63);
}

/* The start of piece i of `count` even pieces of `size`. */
static long cut(long size, long count, long i)
{
    return size * i / count;
}

/* Panels of two vectors, the last one of three if an odd one is left. */
static long padded(long n)
{
    return divide_up(n, LANES) * LANES;
}

static long panel_count(long n)
{
    return at_least(1, divide_up(n, LANES) / 2);
}

static long panel_start(long n, long panel)
{
    return cut(divide_up(n, LANES), panel_count(n), panel) * LANES;
}

/* c[row][column] (+)= sum over k < count of a[row * a_row + k * a_k] * b[k * b_k + column] */
SIMD_INLINE void tile(const float *a, long a_row, long a_k, const float *b, long b_k, long count,
                      float *c, long c_row, int add, const int rows, const int vectors)
{
    vector sum[MAX_ROWS][MAX_VECTORS];
#pragma GCC unroll 12
    for (int r = 0; r < rows; r++) {
        __builtin_prefetch(c + r * c_row, 1);
#pragma GCC unroll 3
        for (int v = 0; v < vectors; v++)
            sum[r][v] = (vector){0};
    }
    for (long k = 0; k < count; k++, a += a_k, b += b_k) {
#pragma GCC unroll 12
        for (int r = 0; r < rows; r++)
#pragma GCC unroll 3
            for (int v = 0; v < vectors; v++)
                sum[r][v] += a[r * a_row] * *(const vector *)(b + v * LANES);
    }
#pragma GCC unroll 12
    for (int r = 0; r < rows; r++)
#pragma GCC unroll 3
        for (int v = 0; v < vectors; v++) {
            vector *to = (vector *)(c + r * c_row + v * LANES);
            if (add) sum[r][v] += *to;
            *to = sum[r][v];
        }
}

/* A tile whose numbers of rows and vectors are known only at run time. */
#define TILE(rows, vectors)                                                                        \
    case rows * 4 + vectors:                                                                       \
        tile(a, a_row, a_k, b, b_k, count, c, c_row, add, rows, vectors);                          \
        break;
SIMD_INLINE void any_tile(const float *a, long a_row, long a_k, const float *b, long b_k,
                          long count, float *c, long c_row, int add, long rows, long vectors)
{
    /* clang-format off */
    switch (rows * 4 + vectors) {
        TILE(1, 1) TILE(2, 1) TILE(3, 1) TILE(4, 1) TILE(5, 1) TILE(6, 1)
        TILE(1, 2) TILE(2, 2) TILE(3, 2) TILE(4, 2) TILE(5, 2) TILE(6, 2)
        TILE(1, 3) TILE(2, 3) TILE(3, 3) TILE(4, 3)
#ifdef AVX512
        TILE(7, 1) TILE(8, 1) TILE(9, 1) TILE(10, 1) TILE(11, 1) TILE(12, 1)
        TILE(7, 2) TILE(8, 2) TILE(9, 2) TILE(10, 2) TILE(11, 2) TILE(12, 2)
        TILE(5, 3) TILE(6, 3) TILE(7, 3) TILE(8, 3)
#endif
    }
    /* clang-format on */
}

/* Calls memory into the second-level cache, a little before each tile, so that nothing waits for
   it. */
static void prefetch(const float *from, long size)
{
    for (long i = 0; i < size; i += LINE)
        __builtin_prefetch(from + i, 0, 2);
}

/* Of a tile of 12 vectors. */
static long tile_rows(long vectors)
{
    return at_most(MAX_ROWS, TILE_VECTORS / vectors);
}

/* ---- rows_times_matrix */

typedef struct {
    const float *a, *b;
    float *c, *packed;
    long a_stride, b_row, b_column, c_stride, pixels, k, n;
    int add;
    long panels, k_pieces;
} product;

/* Packs rows [k, k_end) of one panel of b, row by row, with zeros in the columns from n on. */
static void pack(const product *p, long k, long k_end, long start, long end, float *to)
{
    long width = end - start;
    for (long j = 0; j < width; j++)
        for (long i = 0; i < k_end - k; i++)
            to[i * width + j] =
                start + j < p->n ? p->b[(k + i) * p->b_row + (start + j) * p->b_column] : 0;
}

SIMD static void product_tile(const product *p, long row, long rows, long k, long k_end, long start,
                              long end, const float *b)
{
    const float *a = p->a + row * p->a_stride + k;
    float *c = p->c + row * p->c_stride + start;
    int add = p->add || k > 0;
    long width = end - start, vectors = width / LANES;
    if (end <= p->n) {
        any_tile(a, p->a_stride, 1, b, width, k_end - k, c, p->c_stride, add, rows, vectors);
        return;
    }
    float
        whole[MAX_ROWS * MAX_VECTORS * LANES]; /* the last vector is wider than what is left of c */
    any_tile(a, p->a_stride, 1, b, width, k_end - k, whole, width, 0, rows, vectors);
    for (long r = 0; r < rows; r++, c += p->c_stride)
        for (long j = 0; j < p->n - start; j++)
            c[j] = add ? c[j] + whole[r * width + j] : whole[r * width + j];
}

static void product_block(const product *p, long first, long last, long panel, long panel_end)
{
    /* Every tile fetches its share of the next block of a, unless little of that memory belongs
       to a. */
    const float *next = p->a + last * p->a_stride;
    long fetch = divide_up(MAX_ROWS * p->a_stride, p->k_pieces * (panel_end - panel));
    if (last == p->pixels || p->a_stride > 2 * p->k) fetch = 0;
    for (long piece = 0; piece < p->k_pieces; piece++) {
        long k = cut(p->k, p->k_pieces, piece), k_end = cut(p->k, p->k_pieces, piece + 1);
        for (long j = panel; j < panel_end; j++) {
            long start = panel_start(p->n, j), end = panel_start(p->n, j + 1);
            const float *b = p->packed + k * padded(p->n) + start * (k_end - k);
            long tiles = divide_up(last - first, tile_rows((end - start) / LANES));
            for (long t = 0; t < tiles; t++) {
                long row = cut(last - first, tiles, t), row_end = cut(last - first, tiles, t + 1);
                prefetch(next, fetch);
                next += fetch;
                product_tile(p, first + row, row_end - row, k, k_end, start, end, b);
            }
        }
    }
}

long KERNEL(rows_times_matrix_scratch)(long pixels, long k, long n)
{
    (void)pixels;
    return k * padded(n) + LINE;
}

void KERNEL(rows_times_matrix)(const float *a, long a_stride, const float *b, long b_row, long b_column,
                       long pixels, long k, long n, float *c, long c_stride, int add,
                       float *scratch)
{
    product p = {a,
                 b,
                 c,
                 align(scratch),
                 a_stride,
                 b_row,
                 b_column,
                 c_stride,
                 pixels,
                 k,
                 n,
                 add,
                 panel_count(n),
                 divide_up(k, SUM_LIMIT)};
    long units = divide_up(pixels, UNIT), parts = TASKS;
    while (parts > 1 && units < 4 * parts)
        parts /= 2;
    long column_parts = at_most(TASKS / parts, p.panels);
#pragma omp parallel
    {
#pragma omp for
        for (long i = 0; i < p.k_pieces * p.panels; i++) {
            long j = i % p.panels, start = panel_start(n, j), end = panel_start(n, j + 1);
            long k0 = cut(k, p.k_pieces, i / p.panels), k1 = cut(k, p.k_pieces, i / p.panels + 1);
            pack(&p, k0, k1, start, end, p.packed + k0 * padded(n) + start * (k1 - k0));
        }
#pragma omp for schedule(dynamic, 1)
        for (long task = 0; task < parts * column_parts; task++) {
            long part = task / column_parts, piece = task % column_parts;
            long first = cut(units, parts, part), size = cut(units, parts, part + 1) - first;
            long blocks = divide_up(size, BLOCK_UNITS);
            for (long i = 0; i < blocks; i++)
                product_block(&p, (first + cut(size, blocks, i)) * UNIT,
                              at_most((first + cut(size, blocks, i + 1)) * UNIT, pixels),
                              cut(p.panels, column_parts, piece),
                              cut(p.panels, column_parts, piece + 1));
        }
    }
}

/* ---- rows_transposed_times_rows */

typedef struct {
    const float *g, *x;
    long g_stride, x_stride, pixels, m, n;
    long panels; /* of x and of w */
    long pixel_parts,
        column_parts; /* the tasks: every part of the pixels times every part of the panels */
    long g_pitch;     /* of a copied piece of g; 0: g is read in place */
    long sums_size, copy_size; /* floats of scratch per part of the pixels, and per thread */
} transposed;

/* Else the same columns of all pixels would compete for a few cache sets. */
static int in_place(long stride)
{
    return stride % (4 * LINE) != 0;
}

static transposed make_plan(long g_stride, long pixels, long m, long n)
{
    transposed p = {.g_stride = g_stride,
                    .pixels = pixels,
                    .m = m,
                    .n = n,
                    .panels = panel_count(n),
                    .pixel_parts = 1};
    while (p.pixel_parts < TASKS && 2 * p.pixel_parts * PIXELS_PER_PART <= pixels)
        p.pixel_parts *= 2;
    p.column_parts = at_most(at_least(1, 4 / p.pixel_parts), p.panels);
    p.g_pitch =
        in_place(g_stride) ? 0 : (divide_up(m, LINE) | 1) * LINE; /* an odd number of cache lines */
    p.sums_size = m * padded(n);
    p.copy_size = PIECE * (p.g_pitch + MAX_VECTORS * LANES);
    return p;
}

/* Copies `count` rows of n floats; zeros up to the width of the copy if the last vector is not
   whole. */
SIMD static void copy_rows(const float *from, long stride, long count, long n, float *to,
                           long pitch, long width)
{
    for (long row = 0; row < count; row++, from += stride, to += pitch) {
        long i = 0;
        for (; i + LANES <= n; i += LANES)
            *(vector *)(to + i) = *(const vector *)(from + i);
        for (; i < n; i++)
            to[i] = from[i];
        for (; i < width; i++)
            to[i] = 0;
    }
}

/* sums[panel][row][column] (+)= the products of the pixels [pixel, pixel + count), while the
   next ones are fetched. */
SIMD static void add_piece(const transposed *p, long pixel, long count, long next_count, long panel,
                           long panel_end, int add, float *copies, float *sums)
{
    const float *g = p->g + pixel * p->g_stride, *x = p->x + pixel * p->x_stride;
    const float *next_g = g + count * p->g_stride, *next_x = x + count * p->x_stride;
    long g_size = p->g_stride <= 2 * p->m ? next_count * p->g_stride
                                          : 0; /* unless little of it belongs to g */
    long x_size = p->x_stride <= 2 * p->n ? next_count * p->x_stride : 0;
    long fetch = divide_up(g_size + x_size, (panel_end - panel) * divide_up(p->m, MAX_ROWS)),
         fetched = 0;
    long g_pitch = p->g_stride;
    float *x_panel = copies, *g_copy = copies + PIECE * MAX_VECTORS * LANES;
    if (p->g_pitch) {
        copy_rows(g, p->g_stride, count, p->m, g_copy, p->g_pitch, p->m);
        g = g_copy, g_pitch = p->g_pitch;
    }
    for (long j = panel; j < panel_end; j++) {
        long start = panel_start(p->n, j), width = panel_start(p->n, j + 1) - start,
             vectors = width / LANES;
        long tiles = divide_up(p->m, tile_rows(vectors));
        copy_rows(x + start, p->x_stride, count, at_most(width, p->n - start), x_panel, width,
                  width);
        for (long t = 0; t < tiles; t++) {
            long row = cut(p->m, tiles, t), rows = cut(p->m, tiles, t + 1) - row;
            prefetch(fetched < g_size ? next_g + fetched : next_x + (fetched - g_size), fetch);
            fetched += fetch;
            any_tile(g + row, 1, g_pitch, x_panel, width, count, sums + start * p->m + row * width,
                     width, add, rows, vectors);
        }
    }
}

long KERNEL(rows_transposed_times_rows_scratch)(long pixels, long m, long n)
{
    transposed p = make_plan(0, pixels, m, n), q = make_plan(0, pixels, n, m);
    return p.pixel_parts * at_least(p.sums_size, q.sums_size) +
           team(TASKS) * at_least(p.copy_size, q.copy_size) + LINE;
}

SIMD void KERNEL(rows_transposed_times_rows)(const float *g, long g_stride, const float *x, long x_stride,
                                     long pixels, long m, long n, float *w, float *scratch)
{
    /* Where only x can be read in place, the transpose of w is computed. */
    int swapped = in_place(x_stride) && !in_place(g_stride);
    transposed p = swapped ? make_plan(x_stride, pixels, n, m) : make_plan(g_stride, pixels, m, n);
    p.g = swapped ? x : g, p.x = swapped ? g : x, p.x_stride = swapped ? g_stride : x_stride;
    float *copies = align(scratch), *sums = copies + team(TASKS) * p.copy_size;
#pragma omp parallel num_threads(team(TASKS))
    {
#pragma omp for schedule(dynamic, 1)
        for (long task = 0; task < p.pixel_parts * p.column_parts; task++) {
            long part = task / p.column_parts, piece = task % p.column_parts;
            long panel = cut(p.panels, p.column_parts, piece),
                 panel_end = cut(p.panels, p.column_parts, piece + 1);
            long first = cut(pixels, p.pixel_parts, part),
                 size = cut(pixels, p.pixel_parts, part + 1) - first;
            long pieces = divide_up(size, PIECE);
            for (long i = 0; i < pieces; i++) {
                long from = cut(size, pieces, i), to = cut(size, pieces, i + 1);
                long next_to = cut(size, pieces, at_most(i + 2, pieces));
                add_piece(&p, first + from, to - from, next_to - to, panel, panel_end, i > 0,
                          copies + omp_get_thread_num() * p.copy_size, sums + part * p.sums_size);
            }
        }
#pragma omp for
        for (long row = 0; row < p.m; row++)
            for (long j = 0; j < p.panels; j++) {
                long start = panel_start(p.n, j), width = panel_start(p.n, j + 1) - start;
                float *total = sums + start * p.m + row * width;
                for (long part = 1; part < p.pixel_parts; part++)
                    for (long i = 0; i < width; i++)
                        total[i] += total[part * p.sums_size + i];
                for (long i = 0; i < at_most(width, p.n - start); i++)
                    w[swapped ? (start + i) * n + row : row * n + start + i] = total[i];
            }
    }
}

#endif
