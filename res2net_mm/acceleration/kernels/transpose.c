/* From channels last to planes and back, in tiles that stay in the cache. */

static inline long smaller(long a, long b)
{ return a < b ? a : b; }

/* out[j][i] = in[i][j], both without gaps */
void transpose(const float *restrict in, long height, long width, float *restrict out)
{
    enum { SIDE = 32 };
    long across = (width + SIDE - 1) / SIDE, tiles = (height + SIDE - 1) / SIDE * across;
#pragma omp parallel for schedule(static)
    for (long tile = 0; tile < tiles; tile++) {
        long top = tile / across * SIDE, left = tile % across * SIDE;
        long bottom = smaller(top + SIDE, height), right = smaller(left + SIDE, width);
        for (long j = left; j < right; j++)
            for (long i = top; i < bottom; i++)
                out[j * height + i] = in[i * width + j];
    }
}
