/* What the kernels for AVX2 and AVX-512 share. Their files are compiled once for each: as they are
   for AVX2, and through product_avx512.c and weight_gradient_avx512.c for AVX-512. */

#include <omp.h>
#include <string.h>

#ifdef AVX512
#define SIMD __attribute__((target("avx512f,avx2,fma")))
#define KERNEL(name) name##_avx512
enum { LANES = 16 }; /* floats of a vector */
#else
#define SIMD __attribute__((target("avx2,fma")))
#define KERNEL(name) name
enum { LANES = 8 };
#endif
#define SIMD_INLINE SIMD static inline __attribute__((always_inline))

typedef float vector __attribute__((vector_size(LANES * 4), aligned(4), may_alias));

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
