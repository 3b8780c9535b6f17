/* The kernels of weight_gradient.c for AVX-512. */

#define AVX512
#include "weight_gradient.c"
