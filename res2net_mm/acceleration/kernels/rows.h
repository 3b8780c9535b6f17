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

/* A chunk is 64 KB of a map, so that it stays in the cache from one loop to the next. */
static inline long chunk_pixels(long channels)
{ return channels < 2048 ? 16384 / channels : 8; }

static inline long chunk_count(long pixels, long channels)
{ return (pixels + chunk_pixels(channels) - 1) / chunk_pixels(channels); }

static inline span chunk(long k, long pixels, long channels)
{
    long size = chunk_pixels(channels), first = k * size;
    return (span){first, pixels - first < size ? pixels - first : size};
}
