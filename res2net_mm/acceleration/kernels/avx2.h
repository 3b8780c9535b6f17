/* What the kernels for AVX2 share. */

#include <omp.h>
#include <string.h>

#define SIMD __attribute__((target("avx2,fma")))
#define SIMD_INLINE SIMD static inline __attribute__((always_inline))

typedef float vector __attribute__((vector_size(32), aligned(4), may_alias));

static inline long at_most(long a, long b)
{
    return a < b ? a : b;
}

static inline long divide_up(long a, long b)
{
    return (a + b - 1) / b;
}

/* The threads that will share so many tasks. */
static inline long team(long tasks)
{
    return at_most(omp_get_max_threads(), tasks);
}
