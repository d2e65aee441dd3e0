/* neumf.c: seconds of a NeuMF epoch and of the full ranking, to stand beside a PyTorch script of
 * the same network (mf 8 with a tower 64-32-16-8, mf 64 with 256-128-64; Adam, 4 negatives; batches
 * of 256 and 1024 rows).
 *
 * An epoch is one whole pass over the training rows through the trainer: order, negatives, steps.
 * The full ranking scores every item for every user, in blocks of users. Each figure is the best of
 * ROUNDS, because other programs can only make one slower. Usage: neumf NAME|PATH [ROUNDS] */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/parallel.h"
#include "dataset/dataset.h"
#include "models/model.h"
#include "models/trainer.h"

#define BLOCK_USERS 32

struct form {
    const char *mf_dim, *layers;
};
static const struct form forms[] = {{"8", "[64,32,16,8]"}, {"64", "[256,128,64]"}};
static const char *const batches[] = {"256", "1024"};
static const char *const updates[] = {"lazy", "dense"};

static void set(struct settings *settings, const char *key, const char *value) {
    struct error error;
    if (settings_set(settings, key, value, "bench", &error) == STATUS_OK)
        return;
    fprintf(stderr, "%s\n", error.text);
    exit(1);
}

/* The model after one epoch, which took *seconds. */
static struct model *train(const struct interactions *rows, const char *const *values,
                           double *seconds) {
    const struct model_ops *ops;
    struct error error;
    struct arena arena = {0};
    if (model_find(&ops, "neumf", &error) != STATUS_OK)
        exit(1);
    struct settings *settings = settings_create(&arena);
    settings_add(settings, ops->settings);
    settings_add(settings, trainer_settings);
    static const char *const keys[] = {"model.mf_dim", "model.mlp_layers", "trainer.batch_size",
                                       "trainer.optimizer.sparse"};
    for (size_t i = 0; i < 4; i++)
        set(settings, keys[i], values[i]);
    set(settings, "trainer.max_epochs", "1");
    struct progress progress;
    progress_init(&progress, true);
    struct model *model;
    struct fit_input input = {.train = rows, .seed = 1, .progress = &progress};
    if (ops->create(&model, settings, &error) != STATUS_OK ||
        ops->fit(model, &input, &error) != STATUS_OK) {
        fprintf(stderr, "%s\n", error.text);
        exit(1);
    }
    *seconds = model->report.epochs[0].seconds;
    arena_release(&arena);
    return model;
}

struct ranking {
    const struct model *model;
};

static void rank_block(void *context, size_t block) {
    const struct ranking *ranking = context;
    const struct model *model = ranking->model;
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    struct query queries[BLOCK_USERS];
    size_t count = 0;
    for (size_t user = block * BLOCK_USERS; user < model->user_count && count < BLOCK_USERS; user++)
        queries[count++] = (struct query){.user = (uint32_t)user};
    float *scores = ARENA_ARRAY_RAW(scratch, float, count * model->item_count);
    model->ops->score(model, queries, count, NULL, model->item_count, scores);
    arena_reset(scratch, mark);
}

static double rank(const struct model *model, long rounds) {
    struct ranking ranking = {.model = model};
    double best = 1e30;
    for (long round = 0; round < rounds; round++) {
        double started = progress_clock();
        parallel_for((model->user_count + BLOCK_USERS - 1) / BLOCK_USERS, rank_block, &ranking);
        double seconds = progress_clock() - started;
        best = seconds < best ? seconds : best;
    }
    return best;
}

int main(int count, char **arguments) {
    if (count < 2) {
        fprintf(stderr, "usage: neumf NAME|PATH [ROUNDS]\n");
        return 2;
    }
    long rounds = count > 2 ? strtol(arguments[2], NULL, 10) : 2;
    struct dataset *dataset;
    struct error error;
    if (dataset_open(&dataset, arguments[1], &error) != STATUS_OK) {
        fprintf(stderr, "%s\n", error.text);
        return 1;
    }
    const struct interactions *rows =
        dataset->given.train ? dataset->given.train : &dataset->interactions;
    printf("%u users, %u items, %zu rows, %zu threads\n", rows->user_count, rows->item_count,
           rows->count, parallel_threads());
    for (size_t f = 0; f < 2; f++)
        for (size_t b = 0; b < 2; b++)
            for (size_t u = 0; u < 2; u++) {
                const char *values[] = {forms[f].mf_dim, forms[f].layers, batches[b], updates[u]};
                double best = 1e30, ranking = 1e30;
                for (long round = 0; round < rounds; round++) {
                    double seconds;
                    struct model *model = train(rows, values, &seconds);
                    best = seconds < best ? seconds : best;
                    if (b == 0 && u == 0)
                        ranking = rank(model, rounds);
                    model_destroy(model);
                }
                printf("mf %s tower %s batch %s, adam %s: %.2f s an epoch\n", values[0], values[1],
                       values[2], values[3], best);
                if (b == 0 && u == 0)
                    printf("mf %s tower %s: full ranking %.3f s\n", values[0], values[1], ranking);
                fflush(stdout);
            }
    printf("peak memory %.0f MB\n", (double)alloc_peak_bytes() / 1e6);
    dataset_close(dataset);
    return 0;
}
