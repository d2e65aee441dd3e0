/* svd.c: seconds, memory and accuracy of the truncated decomposition of a data set's matrix, each
 * entry divided by the square roots of how much its user and its item have.
 *
 * Usage: svd NAME|PATH [COMPONENTS [MORE]]; with MORE components it is done once more,
 * and the largest difference of the values is printed. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/progress.h"
#include "dataset/dataset.h"
#include "sparse/csr.h"
#include "sparse/svd.h"

static struct csr normalised(const struct interactions *all, struct arena *arena) {
    uint32_t *counts = ARENA_ARRAY(arena, uint32_t, all->item_count);
    float *values = ARENA_ARRAY_RAW(arena, float, all->count);
    interactions_item_counts(all, counts);
    for (uint32_t u = 0; u < all->user_count; u++)
        for (uint64_t i = all->offsets[u]; i < all->offsets[u + 1]; i++)
            values[i] = (float)(1 / sqrt((double)(all->offsets[u + 1] - all->offsets[u]) *
                                         counts[all->items[i]]));
    return (struct csr){all->user_count, all->item_count, all->offsets, all->items, values};
}

static struct svd timed(const struct csr *matrix, size_t components, struct arena *arena) {
    const struct csr turned = csr_transpose(matrix, arena);
    const double start = progress_clock();
    const struct svd svd = svd_truncated(matrix, &turned, components, SVD_RIGHT, arena);
    printf("%zu components: %.2f s, values %g ... %g; at most %zu MB, peak of the process %zu MB\n",
           svd.count, progress_clock() - start, (double)svd.values[0],
           (double)svd.values[svd.count - 1], svd_bytes(matrix, components, SVD_RIGHT) >> 20,
           alloc_peak_bytes() >> 20);
    return svd;
}

int main(int count, char **arguments) {
    struct dataset *dataset;
    struct error error;
    if (count < 2 || dataset_open(&dataset, arguments[1], &error) != STATUS_OK) {
        fprintf(stderr, "%s\n", count < 2 ? "usage: svd NAME|PATH [COMPONENTS]" : error.text);
        return 1;
    }
    struct arena arena = {0};
    const struct csr matrix = normalised(&dataset->interactions, &arena);
    const long components = count > 2 ? strtol(arguments[2], NULL, 10) : 512;
    const long more_components = count > 3 ? strtol(arguments[3], NULL, 10) : 0;
    const struct svd svd = timed(&matrix, (size_t)components, &arena);
    if (more_components > components) {
        const struct svd more = timed(&matrix, (size_t)more_components, &arena);
        float worst = 0;
        for (size_t c = 0; c < svd.count; c++)
            worst = fmaxf(worst, fabsf(svd.values[c] - more.values[c]));
        printf("largest difference of a value: %g\n", (double)worst);
    }
    arena_release(&arena);
    dataset_close(dataset);
    return 0;
}
