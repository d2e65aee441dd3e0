/* graph.c: milliseconds of one spread over the graph of a data set's training rows, 64 columns, and
 * of LightGCN's convolution with three layers; then seconds of a LightGCN epoch at the paper's
 * batch size (2048 positives, BPR), to stand beside a PyTorch script of the same model.
 *
 * Each figure of the graph is the best of ROUNDS, because other programs can only make one slower.
 * Usage: graph NAME|PATH [ROUNDS] */
#include <stdio.h>
#include <stdlib.h>

#include "base/progress.h"
#include "dataset/dataset.h"
#include "graph/bipartite.h"
#include "models/model.h"
#include "models/trainer.h"

enum { WIDTH = 64, LAYERS = 3 };

static void measure_graph(const struct interactions *rows, int rounds) {
    struct arena arena = {0};
    struct bipartite graph;
    bipartite_init(&graph,
                   &(struct csr){.row_count = rows->user_count,
                                 .column_count = rows->item_count,
                                 .offsets = rows->offsets,
                                 .columns = rows->items},
                   0, &arena);
    size_t count = bipartite_nodes(&graph) * WIDTH;
    real *x = ARENA_ARRAY(&arena, real, count), *out = ARENA_ARRAY(&arena, real, count),
         *room = ARENA_ARRAY(&arena, real, count);
    for (size_t i = 0; i < count; i++)
        x[i] = (real)(i % 7);
    double best[2] = {1e9, 1e9};
    for (int round = 0; round < rounds; round++) {
        double started = progress_clock();
        bipartite_spread(&graph, &(struct bipartite_spread){.in = x, .out = out, .width = WIDTH});
        double spread = progress_clock();
        bipartite_layer_mean(
            &graph, &(struct bipartite_mean){
                        .x = x, .out = out, .room = room, .width = WIDTH, .layers = LAYERS});
        double mean = progress_clock() - spread;
        spread -= started;
        best[0] = spread < best[0] ? spread : best[0];
        best[1] = mean < best[1] ? mean : best[1];
    }
    printf("spread of %d columns over %zu edges   %7.2f ms\n", WIDTH, rows->count, best[0] * 1e3);
    printf("mean of %d layers                     %7.2f ms\n", LAYERS, best[1] * 1e3);
    arena_release(&arena);
}

static void fail(const struct error *error) {
    fprintf(stderr, "%s\n", error->text);
    exit(1);
}

static void measure_epoch(const struct interactions *rows) {
    static const char *const pairs[] = {"model.loss_type=bpr", "model.num_layers=3",
                                        "trainer.batch_size=2048", "trainer.max_epochs=1"};
    const struct model_ops *ops;
    struct error error;
    struct arena arena = {0};
    if (model_find(&ops, "lightgcn", &error) != STATUS_OK)
        fail(&error);
    struct settings *settings = settings_create(&arena);
    settings_add(settings, ops->settings);
    settings_add(settings, trainer_settings);
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        if (settings_set_pair(settings, pairs[i], "bench", &error) != STATUS_OK)
            fail(&error);
    struct progress progress;
    progress_init(&progress, true);
    struct fit_input input = {.train = rows, .seed = 1, .progress = &progress};
    struct model *model;
    if (ops->create(&model, settings, &error) != STATUS_OK ||
        ops->fit(model, &input, &error) != STATUS_OK)
        fail(&error);
    printf("lightgcn, an epoch at batch size 2048 %7.2f s\n", model->report.epochs[0].seconds);
    model_destroy(model);
    arena_release(&arena);
}

int main(int count, char **arguments) {
    struct error error;
    struct dataset *data;
    if (count < 2) {
        fprintf(stderr, "usage: graph NAME|PATH [ROUNDS]\n");
        return 2;
    }
    if (dataset_open(&data, arguments[1], &error) != STATUS_OK)
        fail(&error);
    const struct interactions *rows = data->given.train ? data->given.train : &data->interactions;
    measure_graph(rows, count > 2 ? (int)strtol(arguments[2], NULL, 10) : 50);
    measure_epoch(rows);
    dataset_close(data);
    return 0;
}
