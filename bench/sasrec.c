/* sasrec.c: seconds of an epoch of SASRec and of the states of all users, to stand beside
 * bench/peers/torch_sasrec.py: width 64, 2 blocks, 1 head, the last 200 events, batches of 128
 * users, dropout 0.2; the paper's loss, and the softmax over all items.
 *
 * An epoch is one whole pass over the users through the trainer. Each figure is the best of ROUNDS,
 * because other programs can only make one slower. Usage: sasrec NAME|PATH [ROUNDS] */
#include <stdio.h>
#include <stdlib.h>

#include "base/parallel.h"
#include "base/progress.h"
#include "dataset/dataset.h"
#include "models/model.h"
#include "models/trainer.h"

#define BLOCK_USERS 32

static void must(enum status status, const struct error *error) {
    if (status == STATUS_OK)
        return;
    fprintf(stderr, "%s\n", error->text);
    exit(1);
}

/* The model after one epoch, which took *seconds. */
static struct model *train(const struct interactions *rows, const char *loss, double *seconds) {
    const struct model_ops *ops;
    struct error error;
    struct arena arena = {0};
    must(model_find(&ops, "sasrec", &error), &error);
    struct settings *settings = settings_create(&arena);
    settings_add(settings, ops->settings);
    settings_add(settings, trainer_settings);
    const char *const pairs[] = {loss, "model.windows=last", "trainer.batch_size=128",
                                 "trainer.max_epochs=1"};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        must(settings_set_pair(settings, pairs[i], "bench", &error), &error);
    struct progress progress;
    progress_init(&progress, true);
    struct model *model;
    must(ops->create(&model, settings, &error), &error);
    const struct fit_input input = {.train = rows, .seed = 1, .progress = &progress};
    must(ops->fit(model, &input, &error), &error);
    *seconds = model->report.epochs[0].seconds;
    arena_release(&arena);
    return model;
}

struct ranking {
    const struct model *model;
    const struct interactions *rows;
};

static void rank_block(void *context, size_t block) {
    const struct ranking *ranking = context;
    const struct model *model = ranking->model;
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    struct query queries[BLOCK_USERS];
    size_t count = 0;
    for (size_t user = block * BLOCK_USERS; user < model->user_count && count < BLOCK_USERS; user++)
        queries[count++] = (struct query){
            .user = (uint32_t)user, .history = interactions_history(ranking->rows, (uint32_t)user)};
    float *scores = ARENA_ARRAY_RAW(scratch, float, count * model->item_count);
    model->ops->score(model, queries, count, NULL, model->item_count, scores);
    arena_reset(scratch, mark);
}

static double rank(const struct model *model, const struct interactions *rows) {
    struct ranking ranking = {model, rows};
    const double started = progress_clock();
    parallel_for((model->user_count + BLOCK_USERS - 1) / BLOCK_USERS, rank_block, &ranking);
    return progress_clock() - started;
}

int main(int count, char **arguments) {
    static const char *const losses[] = {"model.loss_type=bce", "model.loss_type=softmax"};
    if (count < 2) {
        fprintf(stderr, "usage: sasrec NAME|PATH [ROUNDS]\n");
        return 2;
    }
    const long rounds = count > 2 ? strtol(arguments[2], NULL, 10) : 2;
    struct dataset *dataset;
    struct error error;
    must(dataset_open(&dataset, arguments[1], &error), &error);
    const struct interactions *rows =
        dataset->given.train ? dataset->given.train : &dataset->interactions;
    printf("%u users, %u items, %zu rows, %zu threads\n", rows->user_count, rows->item_count,
           rows->count, parallel_threads());
    for (size_t l = 0; l < sizeof losses / sizeof *losses; l++) {
        double best = 1e30, ranking = 1e30;
        for (long round = 0; round < rounds; round++) {
            double seconds;
            struct model *model = train(rows, losses[l], &seconds);
            best = seconds < best ? seconds : best;
            seconds = rank(model, rows);
            ranking = seconds < ranking ? seconds : ranking;
            model_destroy(model);
        }
        printf("%s: %.2f s an epoch, full ranking %.3f s\n", losses[l], best, ranking);
        fflush(stdout);
    }
    dataset_close(dataset);
    return 0;
}
