/* Maps as rows of channels, and how their pixels are shared out. */

#include <math.h>

/* The compiler makes the function once for each kind of processor; the loader picks. */
#if defined(__x86_64__) && defined(__linux__)
#define VECTORS __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define VECTORS
#endif

typedef struct {
    float *data;
    long stride;
} rows; /* stride: floats from one row to the next */
typedef struct {
    long first, count;
} span;

static inline float *row(rows x, long i)
{ return x.data + i * x.stride; }

static inline rows from(rows x, long i)
{ return (rows){row(x, i), x.stride}; }

/* The processor foresees rows that follow each other, but not rows with gaps, as those of a split:
   they are called to the cache some rows ahead. */
static inline __attribute__((always_inline)) void fetch(rows x, long i, long channels)
{
    if (x.stride == channels) return;
    const float *ahead = row(x, i + 12);
    for (long c = 0; c < channels; c += 16)
        __builtin_prefetch(ahead + c);
    __builtin_prefetch(ahead + channels - 1);
}

/* A chunk is 64 KB of a map, so that it stays in the cache from one loop to the next, but not so
   few pixels that its sums weigh as much. */
static inline long chunk_pixels(long channels)
{ return channels < 512 ? 16384 / channels : 32; }

static inline long chunk_count(long pixels, long channels)
{ return (pixels + chunk_pixels(channels) - 1) / chunk_pixels(channels); }

static inline span chunk(long k, long pixels, long channels)
{
    long size = chunk_pixels(channels), first = k * size;
    return (span){first, pixels - first < size ? pixels - first : size};
}
