/* experiment_probe.c: how large an experiment will be, known before it is run: what a sweep shares
 * out. Checked by tests/cli/sweep.t. */
#include "dataset/catalogue.h"
#include "experiment/experiment_internal.h"
#include "models/trainer.h"

static enum status measure(struct experiment_job *job, struct arena *split_arena,
                           struct experiment_size *size, struct error *error) {
    struct split split;
    uint32_t fold = split_fold_count(job->data, job->settings) ? 1 : 0;
    TRY(split_make(&split, job->data, job->settings, fold, split_arena, error));
    if (job->ops->suggest)
        job->ops->suggest(job->settings, &split.train);
    size->users = job->data->interactions.user_count;
    if (job->ops->traits & MODEL_TRAINED)
        size->max_epochs = settings_int(job->settings, "trainer.max_epochs");
    return STATUS_OK;
}

enum status experiment_probe(const struct settings *settings, struct progress *progress,
                             struct experiment_size *size, struct error *error) {
    struct arena arena = {0}, split_arena = {0};
    const struct experiment_options options = {.progress = progress};
    struct experiment_job job = {
        .settings = settings_copy(settings, &arena), .options = &options, .arena = &arena};
    const char *data = settings_text(settings, "data");
    *size = (struct experiment_size){0};
    enum status status = model_find(&job.ops, settings_text(settings, "model"), error);
    if (status == STATUS_OK)
        status = experiment_open(&job, *data ? data : catalogue_default(), error);
    if (status == STATUS_OK)
        status = measure(&job, &split_arena, size, error);
    dataset_close(job.data);
    arena_release(&split_arena);
    arena_release(&arena);
    return status;
}
