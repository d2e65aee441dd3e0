/* dataset_parse.c: how fast a data set is read and indexed, and how much memory that takes.
 *
 * Usage: dataset_parse NAME|PATH [ROUNDS]; the first round's memory is what counts: the peak of the
 * process, less what it had before, by interaction. tools/make_ratings writes a file of the shape
 * of MovieLens 25M. Rounds after the first find the file in the page cache; the best one is
 * printed. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/files.h"
#include "base/progress.h"
#include "dataset/dataset.h"

int main(int count, char **arguments) {
    if (count < 2) {
        fprintf(stderr, "usage: dataset_parse NAME|PATH [ROUNDS]\n");
        return 2;
    }
    long rounds = count > 2 ? strtol(arguments[2], NULL, 10) : 3;
    double best = 1e30, best_processor = 1e30;
    for (long round = 0; round < rounds; round++) {
        struct dataset *dataset;
        struct error error;
        size_t before = alloc_peak_bytes();
        double start = progress_clock();
        clock_t processor_start = clock();
        if (dataset_open(&dataset, arguments[1], &error) != STATUS_OK) {
            fprintf(stderr, "%s\n", error.text);
            return 1;
        }
        double seconds = progress_clock() - start;
        double processor = (double)(clock() - processor_start) / CLOCKS_PER_SEC;
        best_processor = processor < best_processor ? processor : best_processor;
        best = seconds < best ? seconds : best;
        if (round == 0) {
            const struct interactions *all = &dataset->interactions;
            printf("%s (%s): %u users, %u items, %zu interactions, %zu duplicates\n", dataset->name,
                   dataset->reader, all->user_count, all->item_count, all->count,
                   dataset->duplicate_count);
            printf("peak %.1f MB, %.2f bytes an interaction above the %.1f MB of before\n",
                   (double)alloc_peak_bytes() / 1e6,
                   (double)(alloc_peak_bytes() - before) / (double)all->count,
                   (double)before / 1e6);
            if (dataset->warnings)
                printf("%s\n", dataset->warnings);
        }
        printf("round %ld: %.3f s, %.3f s of processor time\n", round + 1, seconds, processor);
        dataset_close(dataset);
    }
    uint64_t bytes = files_is_regular(arguments[1]) ? files_size(arguments[1]) : 0;
    printf("best %.3f s, %.3f s of processor time", best, best_processor);
    if (bytes > 0)
        printf(": %.0f MB/s a core", (double)bytes / 1e6 / best_processor);
    printf("\n");
    return 0;
}
