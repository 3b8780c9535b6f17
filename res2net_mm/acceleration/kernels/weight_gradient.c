/* The gradient of the weights of a 3x3 convolution (padding == dilation, no groups, no bias),
   channels last, float32.

   dw[co][ci][ky][kx] is a sum over output pixels of g[pixel][co] * x[pixel under the tap (ky,
   kx)][ci].  In channels last order the three taps of a row lie side by side, so for each ky
   this is one matrix product over the pixels, with c_out rows and 3 * c_in columns: the columns
   of a pixel are simply the 3 * c_in floats from its left tap on.

   The pixels are cut into tiles whose x is copied, with a border of zeros.  On each tile,
   register tiles of at most 6 output channels x 16 columns sum over all of its pixels; 16
   columns of x under a tile stay in the first-level cache. With a dilation the taps are not
   neighbours, so the copy of x repeats them for each output pixel. */

#if defined(__x86_64__)

#include "vectors.h"

#ifdef AVX512
enum { ROWS = 13 };
#else
enum { ROWS = 6 };
#endif
enum { COLUMNS = 2 * LANES }; /* of a register tile, at most */
enum { TILE_PIXELS = 112, TILE_WIDTH = 48 };
enum { TASKS = 8, PIXELS_PER_PART = 600 }; /* at most, at least */

typedef struct {
    const float *g, *x;
    long n, h, w, ho, wo, c_out, c_in, stride, dilation;
    long tile_rows, tile_cols;    /* output pixels of a tile */
    long tiles_y, tiles_x, tiles; /* of an image, and in all */
    /* Steps in the copy of x: to the next output pixel, output row, ky. */
    long x_col, x_row, x_ky;
    long row_blocks;    /* register tiles over the output channels */
    long column_blocks; /* register tiles over the 3 * c_in columns of one ky */
    /* A task is a part of the tiles for a part of the columns. */
    long pixel_parts, column_parts;
    long sums_size, x_size; /* floats of scratch per part of the pixels, and per thread */
} plan;

/* The size of equal pieces that are at most `limit`. */
static long even_piece(long size, long limit)
{
    return divide_up(size, divide_up(size, limit));
}

static plan make_plan(long n, long h, long w, long ho, long wo, long c_out, long c_in, long stride,
                      long dilation)
{
    plan p = {.n = n, .h = h, .w = w, .ho = ho, .wo = wo};
    p.c_out = c_out, p.c_in = c_in, p.stride = stride, p.dilation = dilation;
    p.tile_cols = even_piece(wo, TILE_WIDTH);
    p.tile_rows = even_piece(ho, divide_up(TILE_PIXELS, p.tile_cols));
    p.tiles_y = divide_up(ho, p.tile_rows);
    p.tiles_x = divide_up(wo, p.tile_cols);
    p.tiles = n * p.tiles_y * p.tiles_x;
    /* Lines of an odd number of cache lines: else the same columns of all rows could compete for
       a few cache sets. */
    long shared = dilation == 1, pixels = shared ? (p.tile_cols - 1) * stride + 3 : p.tile_cols * 3;
    long line = (divide_up(pixels * c_in, 16) | 1) * 16;
    p.x_col = shared ? stride * c_in : 3 * c_in;
    p.x_row = shared ? stride * line : line;
    p.x_ky = shared ? line : p.tile_rows * line;
    /* The last block of columns may read past a line. */
    p.x_size = (p.tile_rows - 1) * p.x_row + 2 * p.x_ky + line + COLUMNS;
    p.row_blocks = divide_up(c_out, ROWS);
    p.column_blocks = divide_up(3 * c_in, COLUMNS);
    /* The parts depend on the sizes only, never on the number of threads, and so do the bits of
       the result. */
    p.pixel_parts = 1;
    while (p.pixel_parts < TASKS && 2 * p.pixel_parts * PIXELS_PER_PART <= n * ho * wo &&
           2 * p.pixel_parts <= p.tiles)
        p.pixel_parts *= 2;
    p.column_parts = at_most(TASKS / p.pixel_parts, 3 * p.column_blocks);
    p.sums_size = 3 * p.column_blocks * c_out * COLUMNS;
    return p;
}

/* sums[channel][column] += g[pixel][channel] * x[pixel][column], summed over the tile's pixels
   in registers. */
SIMD_INLINE void outer_products(const plan *p, const float *g, const float *x, long rows, long cols,
                                float *sums, const int channels, const int vectors)
{
    vector sum[ROWS][2];
#pragma GCC unroll 13
    for (int c = 0; c < channels; c++)
        sum[c][0] = sum[c][1] = (vector){0};
    const long g_col = p->c_out, x_col = p->x_col;
    for (long row = 0; row < rows; row++) {
        const float *g_pixel = g + row * p->wo * g_col, *x_pixel = x + row * p->x_row;
        for (long col = 0; col < cols; col++, g_pixel += g_col, x_pixel += x_col) {
            vector left = *(const vector *)x_pixel, right = {0};
            if (vectors == 2) right = *(const vector *)(x_pixel + LANES);
#pragma GCC unroll 13
            for (int c = 0; c < channels; c++) {
                sum[c][0] += g_pixel[c] * left;
                if (vectors == 2) sum[c][1] += g_pixel[c] * right;
            }
        }
    }
#pragma GCC unroll 13
    for (int c = 0; c < channels; c++) {
        *(vector *)(sums + c * COLUMNS) += sum[c][0];
        if (vectors == 2) *(vector *)(sums + c * COLUMNS + LANES) += sum[c][1];
    }
}

/* A tile whose numbers of channels and vectors are known only at run time. */
#define TILE(channels, vectors)                                                                    \
    case channels * 4 + vectors:                                                                   \
        outer_products(p, g, x, rows, cols, sums, channels, vectors);                              \
        break;
SIMD static void multiply(const plan *p, const float *g, const float *x, long rows, long cols,
                          float *sums, long channels, long vectors)
{
    /* clang-format off */
    switch (channels * 4 + vectors) {
        TILE(1, 1) TILE(2, 1) TILE(3, 1) TILE(4, 1) TILE(5, 1) TILE(6, 1)
        TILE(1, 2) TILE(2, 2) TILE(3, 2) TILE(4, 2) TILE(5, 2) TILE(6, 2)
#ifdef AVX512
        TILE(7, 1) TILE(8, 1) TILE(9, 1) TILE(10, 1) TILE(11, 1) TILE(12, 1) TILE(13, 1)
        TILE(7, 2) TILE(8, 2) TILE(9, 2) TILE(10, 2) TILE(11, 2) TILE(12, 2) TILE(13, 2)
#endif
    }
    /* clang-format on */
}

/* Copies `count` pixels of row y from column x on; zeros outside of the image. */
SIMD static void copy_pixels(const plan *p, long image, long y, long x, long count, float *to)
{
    long left = at_most(x < 0 ? -x : 0, count), inside = at_most(p->w - x, count) - left;
    if (y < 0 || y >= p->h || inside < 0) inside = 0;
    memset(to, 0, left * p->c_in * sizeof(float));
    to += left * p->c_in;
    const float *from = p->x + ((image * p->h + y) * p->w + x + left) * p->c_in;
    /* The C library's memcpy is slower on pieces of some 4 KB. */
    long i = 0, size = inside * p->c_in;
    for (; i + LANES <= size; i += LANES)
        *(vector *)(to + i) = *(const vector *)(from + i);
    for (; i < size; i++)
        to[i] = from[i];
    memset(to + size, 0, (count - left - inside) * p->c_in * sizeof(float));
}

/* Adds one tile's part of the gradient, column blocks [first, last), to
   sums[column block][channel][COLUMNS]. */
static void add_tile(const plan *p, long tile, long first, long last, float *x_tile, float *sums)
{
    long s = p->stride, d = p->dilation, image = tile / (p->tiles_y * p->tiles_x);
    long oy = tile / p->tiles_x % p->tiles_y * p->tile_rows, ox = tile % p->tiles_x * p->tile_cols;
    long rows = at_most(p->tile_rows, p->ho - oy), cols = at_most(p->tile_cols, p->wo - ox);
    if (d == 1)
        for (long row = 0; row < (rows - 1) * s + 3; row++)
            copy_pixels(p, image, oy * s - 1 + row, ox * s - 1, (cols - 1) * s + 3,
                        x_tile + row * p->x_ky);
    else
        for (long row = 0; row < rows; row++)
            for (long ky = 0; ky < 3; ky++)
                for (long i = 0; i < 3 * cols; i++)
                    copy_pixels(p, image, (oy + row) * s + (ky - 1) * d,
                                (ox + i / 3) * s + (i % 3 - 1) * d, 1,
                                x_tile + row * p->x_row + ky * p->x_ky + i * p->c_in);

    const float *g = p->g + ((image * p->ho + oy) * p->wo + ox) * p->c_out;
    for (long block = first; block < last; block++) {
        long column = block % p->column_blocks * COLUMNS;
        long vectors = 3 * p->c_in - column > LANES ? 2 : 1;
        const float *x = x_tile + block / p->column_blocks * p->x_ky + column;
        for (long b = 0; b < p->row_blocks; b++) {
            /* Even blocks: 26 channels are 5 + 5 + 5 + 5 + 6, as with 2 left over the adders
               would wait for each other. */
            long start = b * p->c_out / p->row_blocks, end = (b + 1) * p->c_out / p->row_blocks;
            multiply(p, g + start, x, rows, cols, sums + (block * p->c_out + start) * COLUMNS,
                     end - start, vectors);
        }
    }
}

/* Adds up the parts and writes one output channel in PyTorch's order. */
SIMD static void finish_channel(const plan *p, float *sums, long channel, float *dw)
{
    for (long ky = 0; ky < 3; ky++)
        for (long block = 0, kx = 0, ci = 0; block < p->column_blocks; block++) {
            float *total = sums + ((ky * p->column_blocks + block) * p->c_out + channel) * COLUMNS;
            for (long part = 1; part < p->pixel_parts; part++)
                for (long i = 0; i < COLUMNS; i++)
                    total[i] += total[part * p->sums_size + i];
            for (long i = 0; i < COLUMNS && kx < 3; i++) {
                dw[(channel * p->c_in + ci) * 9 + ky * 3 + kx] = total[i];
                if (++ci == p->c_in) ci = 0, kx++;
            }
        }
}

long KERNEL(conv3x3_weight_gradient_scratch)(long n, long h, long w, long ho, long wo, long c_out,
                                     long c_in, long stride, long dilation)
{
    plan p = make_plan(n, h, w, ho, wo, c_out, c_in, stride, dilation);
    return p.pixel_parts * p.sums_size + team(TASKS) * p.x_size;
}

void KERNEL(conv3x3_weight_gradient)(const float *g, const float *x, long n, long h, long w, long ho,
                             long wo, long c_out, long c_in, long stride, long dilation, float *dw,
                             float *scratch)
{
    plan p = make_plan(n, h, w, ho, wo, c_out, c_in, stride, dilation);
    p.g = g, p.x = x;
    long tasks = p.pixel_parts * p.column_parts, columns = 3 * p.column_blocks;
#pragma omp parallel num_threads(team(TASKS))
    {
        float *x_tile = scratch + p.pixel_parts * p.sums_size + omp_get_thread_num() * p.x_size;
#pragma omp for schedule(dynamic, 1)
        for (long task = 0; task < tasks; task++) {
            long part = task / p.column_parts, piece = task % p.column_parts;
            long first = piece * columns / p.column_parts,
                 last = (piece + 1) * columns / p.column_parts;
            float *sums = scratch + part * p.sums_size;
            memset(sums + first * c_out * COLUMNS, 0,
                   (last - first) * c_out * COLUMNS * sizeof(float));
            for (long tile = part * p.tiles / p.pixel_parts;
                 tile < (part + 1) * p.tiles / p.pixel_parts; tile++)
                add_tile(&p, tile, first, last, x_tile, sums);
        }
#pragma omp for
        for (long channel = 0; channel < c_out; channel++)
            finish_channel(&p, scratch, channel, dw);
    }
}

#endif
