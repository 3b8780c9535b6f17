/* Batch norm in training, with the ReLU behind it, in as few passes over memory as there can be.

   A map is rows of channels, one row a pixel (channels last), with any distance between rows. Of a
   norm there are four rows of numbers, a channel a column:

       mean, 1 / deviation, scale, shift        y = scale * x + shift

   Pixels are cut into chunks by their number alone, and what is summed over pixels is summed chunk
   by chunk and then over chunks in order: results do not depend on the number of threads. */

#include "rows.h"

enum { MEAN, INVERSE, SCALE, SHIFT };    /* rows of a norm */
enum { D_SHIFT, D_SCALE, PULL, OFFSET }; /* rows of what its backward pass sums up */

/* ---- statistics -------------------------------------------------------------------------- */

/* Mean and sum of squared distances from it, of one chunk: one pass over memory, two over cache.
   Distances from the first pixel are what is averaged: they are small where the mean is large. */
VECTORS static void chunk_statistics(rows x, long count, long channels, float *restrict mean,
                                     float *restrict squares)
{
    const float *restrict start = row(x, 0);
    for (long c = 0; c < channels; c++)
        mean[c] = squares[c] = 0;
    for (long i = 0; i < count; i++) {
        const float *restrict v = row(x, i);
        for (long c = 0; c < channels; c++)
            mean[c] += v[c] - start[c];
    }
    for (long c = 0; c < channels; c++)
        mean[c] = start[c] + mean[c] / count;
    for (long i = 0; i < count; i++) {
        const float *restrict v = row(x, i);
        for (long c = 0; c < channels; c++)
            squares[c] += (v[c] - mean[c]) * (v[c] - mean[c]);
    }
}

/* Floats of scratch that sums over the pixels of a map need. */
long norm_scratch(long pixels, long channels)
{ return 2 * channels * chunk_count(pixels, channels); }

/* Fill in the four rows of a norm from a map, and let the running statistics follow. */
void norm_statistics(rows x, long pixels, long channels, const float *weight, const float *bias,
                     double epsilon, double momentum, float *running_mean, float *running_variance,
                     rows norm, float *scratch)
{
    long chunks = chunk_count(pixels, channels);
#pragma omp parallel for schedule(static)
    for (long k = 0; k < chunks; k++) {
        span s = chunk(k, pixels, channels);
        chunk_statistics(from(x, s.first), s.count, channels, scratch + 2 * k * channels,
                         scratch + (2 * k + 1) * channels);
    }
#pragma omp parallel for schedule(static)
    for (long c = 0; c < channels; c++) {
        double mean = 0, squares = 0;
        for (long k = 0; k < chunks; k++)
            mean += chunk(k, pixels, channels).count * (double)scratch[2 * k * channels + c];
        mean /= pixels;
        for (long k = 0; k < chunks; k++) {
            double off = scratch[2 * k * channels + c] - mean;
            squares +=
                scratch[(2 * k + 1) * channels + c] + chunk(k, pixels, channels).count * off * off;
        }
        double inverse = 1 / sqrt(squares / pixels + epsilon);
        row(norm, MEAN)[c] = mean;
        row(norm, INVERSE)[c] = inverse;
        row(norm, SCALE)[c] = inverse * weight[c];
        row(norm, SHIFT)[c] = bias[c] - mean * inverse * weight[c];
        running_mean[c] += momentum * (mean - running_mean[c]);
        running_variance[c] += momentum * (squares / (pixels - 1) - running_variance[c]);
    }
}

/* ---- forward ----------------------------------------------------------------------------- */

/* What is no number stays none, so that a run which diverges is seen to. */
static inline float at_least(float least, float value)
{ return value < least ? least : value; }

VECTORS static void apply_rows(rows x, rows norm, rows y, span s, long channels, float least)
{
    const float *restrict scale = row(norm, SCALE), *restrict shift = row(norm, SHIFT);
    for (long i = s.first; i < s.first + s.count; i++) {
        const float *restrict v = row(x, i);
        float *restrict out = row(y, i);
        fetch(x, i, channels), fetch(y, i, channels);
        for (long c = 0; c < channels; c++)
            out[c] = at_least(least, v[c] * scale[c] + shift[c]);
    }
}

/* y = norm(x), at least `least`: 0 rectifies, minus infinity does not. */
void norm_apply(rows x, rows norm, rows y, long pixels, long channels, float least)
{
#pragma omp parallel for schedule(static)
    for (long k = 0; k < chunk_count(pixels, channels); k++)
        apply_rows(x, norm, y, chunk(k, pixels, channels), channels, least);
}

VECTORS static void add_rows(rows x, rows norm, rows shortcut, rows y, span s, long channels)
{
    const float *restrict scale = row(norm, SCALE), *restrict shift = row(norm, SHIFT);
    for (long i = s.first; i < s.first + s.count; i++) {
        const float *restrict v = row(x, i), *restrict other = row(shortcut, i);
        float *restrict out = row(y, i);
        for (long c = 0; c < channels; c++)
            out[c] = at_least(0, v[c] * scale[c] + shift[c] + other[c]);
    }
}

/* y = relu(norm(x) + shortcut) */
void norm_add_relu(rows x, rows norm, rows shortcut, rows y, long pixels, long channels)
{
#pragma omp parallel for schedule(static)
    for (long k = 0; k < chunk_count(pixels, channels); k++)
        add_rows(x, norm, shortcut, y, chunk(k, pixels, channels), channels);
}

VECTORS static void carry_rows(rows x, rows norm, rows next, rows next_norm, rows y, rows sum,
                               span s, long channels)
{
    const float *restrict scale = row(norm, SCALE), *restrict shift = row(norm, SHIFT);
    const float *restrict next_scale = row(next_norm, SCALE);
    const float *restrict next_shift = row(next_norm, SHIFT);
    for (long i = s.first; i < s.first + s.count; i++) {
        const float *restrict v = row(x, i), *restrict w = row(next, i);
        float *restrict out = row(y, i), *restrict to_convolve = row(sum, i);
        fetch(next, i, channels), fetch(y, i, channels);
        for (long c = 0; c < channels; c++) {
            out[c] = at_least(0, v[c] * scale[c] + shift[c]);
            to_convolve[c] = out[c] + at_least(0, w[c] * next_scale[c] + next_shift[c]);
        }
    }
}

/* A step of a chain: y = relu(norm(x)), sum = y + relu(next_norm(next)) */
void norm_relu_carry(rows x, rows norm, rows next, rows next_norm, rows y, rows sum, long pixels,
                     long channels)
{
#pragma omp parallel for schedule(static)
    for (long k = 0; k < chunk_count(pixels, channels); k++)
        carry_rows(x, norm, next, next_norm, y, sum, chunk(k, pixels, channels), channels);
}

/* ---- backward ---------------------------------------------------------------------------- */

/* Where the gradient of a norm's output is passed on. */
enum { EVERYWHERE, WHERE_NORM_IS_POSITIVE, WHERE_OUTPUT_IS_POSITIVE };

/* The gradient at one value: of the output, twice if `more` read it, stopped by the ReLU. Everything
   is read before it is chosen from, so that a vector is never read in part. */
static inline __attribute__((always_inline)) float
passed(float gradient, float more, float x, float output, float scale, float shift, const int mask)
{
    float sum = gradient + more;
    if (mask == WHERE_NORM_IS_POSITIVE) return x * scale + shift <= 0 ? 0 : sum;
    if (mask == WHERE_OUTPUT_IS_POSITIVE) return output <= 0 ? 0 : sum;
    return sum;
}

static inline __attribute__((always_inline)) void
sum_rows(rows gradient, rows more, rows x, rows norm, rows output, rows kept, span s, long channels,
         float *restrict d_shift, float *restrict d_scale, const int mask, const int has_more,
         const int keeps)
{
    const float *restrict mean = row(norm, MEAN);
    const float *restrict scale = row(norm, SCALE), *restrict shift = row(norm, SHIFT);
    for (long c = 0; c < channels; c++)
        d_shift[c] = d_scale[c] = 0;
    for (long i = s.first; i < s.first + s.count; i++) {
        const float *restrict g = row(gradient, i), *restrict v = row(x, i);
        const float *restrict m = has_more ? row(more, i) : g;
        fetch(gradient, i, channels), fetch(x, i, channels);
        const float *restrict o = mask == WHERE_OUTPUT_IS_POSITIVE ? row(output, i) : v;
        float *restrict out = keeps ? row(kept, i) : 0;
        for (long c = 0; c < channels; c++) {
            float value = passed(g[c], has_more ? m[c] : 0, v[c], o[c], scale[c], shift[c], mask);
            if (keeps) out[c] = value;
            d_shift[c] += value;
            d_scale[c] += value * (v[c] - mean[c]);
        }
    }
}

VECTORS static void sum_chunk(rows gradient, rows more, rows x, rows norm, rows output, rows kept,
                              span s, long channels, float *restrict d_shift,
                              float *restrict d_scale, int rectified)
{
#define SUM(mask, has_more, keeps)                                                                 \
    sum_rows(gradient, more, x, norm, output, kept, s, channels, d_shift, d_scale, mask, has_more, \
             keeps)
    if (output.data)
        SUM(WHERE_OUTPUT_IS_POSITIVE, 0, 1);
    else if (!rectified)
        SUM(EVERYWHERE, 0, 0);
    else if (more.data)
        SUM(WHERE_NORM_IS_POSITIVE, 1, 0);
    else
        SUM(WHERE_NORM_IS_POSITIVE, 0, 0);
#undef SUM
}

/* First half of the backward pass: fill in the four rows of `sums`, of which the first two are the
   gradients of the norm's bias and weight, and the others what norm_gradient needs.
   more: another gradient of the same output, or no data.
   output: what the ReLU behind the norm and the sum with a shortcut made, or no data; with it the
   gradient that passed the ReLU is `kept`, as it is the shortcut's too. */
void norm_gradient_sums(rows gradient, rows more, rows x, rows norm, rows output, rows kept,
                        long pixels, long channels, int rectified, rows sums, float *scratch)
{
    long chunks = chunk_count(pixels, channels);
#pragma omp parallel for schedule(static)
    for (long k = 0; k < chunks; k++)
        sum_chunk(gradient, more, x, norm, output, kept, chunk(k, pixels, channels), channels,
                  scratch + 2 * k * channels, scratch + (2 * k + 1) * channels, rectified);
#pragma omp parallel for schedule(static)
    for (long c = 0; c < channels; c++) {
        double d_shift = 0, d_scale = 0, inverse = row(norm, INVERSE)[c];
        for (long k = 0; k < chunks; k++) {
            d_shift += scratch[2 * k * channels + c];
            d_scale += scratch[(2 * k + 1) * channels + c];
        }
        d_scale *= inverse;
        row(sums, D_SHIFT)[c] = d_shift;
        row(sums, D_SCALE)[c] = d_scale;
        row(sums, PULL)[c] = -row(norm, SCALE)[c] * inverse * d_scale / pixels;
        row(sums, OFFSET)[c] = -row(norm, SCALE)[c] * d_shift / pixels;
    }
}

static inline __attribute__((always_inline)) void gradient_rows(rows gradient, rows more, rows x,
                                                                rows norm, rows sums, rows out,
                                                                span s, long channels,
                                                                const int mask, const int has_more)
{
    const float *restrict mean = row(norm, MEAN);
    const float *restrict scale = row(norm, SCALE), *restrict shift = row(norm, SHIFT);
    const float *restrict pull = row(sums, PULL), *restrict offset = row(sums, OFFSET);
    for (long i = s.first; i < s.first + s.count; i++) {
        const float *restrict g = row(gradient, i), *restrict v = row(x, i);
        const float *restrict m = has_more ? row(more, i) : g;
        fetch(gradient, i, channels), fetch(x, i, channels);
        float *restrict d = row(out, i);
        for (long c = 0; c < channels; c++) {
            float value = passed(g[c], has_more ? m[c] : 0, v[c], 0, scale[c], shift[c], mask);
            d[c] = value * scale[c] + (v[c] - mean[c]) * pull[c] + offset[c];
        }
    }
}

VECTORS static void gradient_chunk(rows gradient, rows more, rows x, rows norm, rows sums, rows out,
                                   span s, long channels, int rectified)
{
    if (!rectified)
        gradient_rows(gradient, more, x, norm, sums, out, s, channels, EVERYWHERE, 0);
    else if (more.data)
        gradient_rows(gradient, more, x, norm, sums, out, s, channels, WHERE_NORM_IS_POSITIVE, 1);
    else
        gradient_rows(gradient, more, x, norm, sums, out, s, channels, WHERE_NORM_IS_POSITIVE, 0);
}

/* Second half: the gradient of the norm's input. A gradient that was kept is given with rectified=0.
   Last chunks come first, since they are in the cache still. */
void norm_gradient(rows gradient, rows more, rows x, rows norm, rows sums, rows out, long pixels,
                   long channels, int rectified)
{
    long chunks = chunk_count(pixels, channels);
#pragma omp parallel for schedule(static)
    for (long k = 0; k < chunks; k++)
        gradient_chunk(gradient, more, x, norm, sums, out, chunk(chunks - 1 - k, pixels, channels),
                       channels, rectified);
}

/* ---- backward, statistics held ------------------------------------------------------------ */

static inline __attribute__((always_inline)) void
held_rows(rows gradient, rows more, rows x, rows norm, rows output, rows passing, rows out, span s,
          long channels, float *restrict d_shift, float *restrict d_scale, const int mask,
          const int has_more, const int has_x, const int passes)
{
    const float *restrict scale = row(norm, SCALE), *restrict shift = row(norm, SHIFT);
    for (long c = 0; c < channels; c++)
        d_shift[c] = d_scale[c] = 0;
    for (long i = s.first; i < s.first + s.count; i++) {
        const float *restrict g = row(gradient, i);
        const float *restrict m = has_more ? row(more, i) : g;
        const float *restrict v = has_x ? row(x, i) : g;
        const float *restrict o = mask == WHERE_OUTPUT_IS_POSITIVE ? row(output, i) : g;
        float *restrict d = row(out, i), *restrict p = passes ? row(passing, i) : 0;
        for (long c = 0; c < channels; c++) {
            float value = passed(g[c], has_more ? m[c] : 0, v[c], o[c], scale[c], shift[c], mask);
            if (passes) p[c] = value;
            d[c] = value * scale[c];
            d_shift[c] += value;
            if (has_x) d_scale[c] += value * v[c];
        }
    }
}

VECTORS static void held_chunk(rows gradient, rows more, rows x, rows norm, rows output,
                               rows passing, rows out, span s, long channels,
                               float *restrict d_shift, float *restrict d_scale)
{
#define HELD(mask, has_more, has_x, passes)                                                        \
    held_rows(gradient, more, x, norm, output, passing, out, s, channels, d_shift, d_scale, mask,  \
              has_more, has_x, passes)
    if (!output.data)
        HELD(WHERE_NORM_IS_POSITIVE, 0, 1, 0);
    else if (passing.data && x.data)
        HELD(WHERE_OUTPUT_IS_POSITIVE, 0, 1, 1);
    else if (passing.data)
        HELD(WHERE_OUTPUT_IS_POSITIVE, 0, 0, 1);
    else if (more.data && x.data)
        HELD(WHERE_OUTPUT_IS_POSITIVE, 1, 1, 0);
    else if (more.data)
        HELD(WHERE_OUTPUT_IS_POSITIVE, 1, 0, 0);
    else if (x.data)
        HELD(WHERE_OUTPUT_IS_POSITIVE, 0, 1, 0);
    else
        HELD(WHERE_OUTPUT_IS_POSITIVE, 0, 0, 0);
#undef HELD
}

/* The whole backward pass of y = relu(scale * x + shift [+ shortcut]), in one: the gradient of x to
   `out`, that of the shortcut to `passing` if it has data, those of shift and scale to the rows of
   `sums`.
   x: without data if the scale's gradient is not wanted; then the output is needed.
   output: what the ReLU made, or no data; needed with `more` and with `passing`.
   more: another gradient of the same output, or no data; not with `passing`. */
void norm_gradient_held(rows gradient, rows more, rows x, rows norm, rows output, rows passing,
                        rows out, long pixels, long channels, rows sums, float *scratch)
{
    long chunks = chunk_count(pixels, channels);
#pragma omp parallel for schedule(static)
    for (long k = 0; k < chunks; k++)
        held_chunk(gradient, more, x, norm, output, passing, out, chunk(k, pixels, channels),
                   channels, scratch + 2 * k * channels, scratch + (2 * k + 1) * channels);
#pragma omp parallel for schedule(static)
    for (long c = 0; c < channels; c++) {
        double d_shift = 0, d_scale = 0;
        for (long k = 0; k < chunks; k++) {
            d_shift += scratch[2 * k * channels + c];
            d_scale += scratch[(2 * k + 1) * channels + c];
        }
        row(sums, D_SHIFT)[c] = d_shift;
        row(sums, D_SCALE)[c] = d_scale;
    }
}
