/* The kernels of product.c for AVX-512. */

#define AVX512
#include "product.c"
