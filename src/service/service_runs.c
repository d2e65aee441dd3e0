/* service_runs.c: see service_runs.h.
 *
 * Idea     The store is opened for each question, a millisecond or so: whoever opens it finds runs
 *          whose process is gone and marks them. Checked by tests/api/test_api_train.c. */
#include "service/service_runs.h"

#include <string.h>

#include "base/files.h"
#include "base/log.h"
#include "service/model_versions.h"
#include "service/service_learning.h"

/* *runs NULL: there is none yet. */
static enum status open_runs(struct service *service, struct runs **runs, struct error *error) {
    struct arena arena = {0};
    const char *path = service_learning_plan(service).options.runs;
    enum status status = STATUS_OK;
    path = path ? path : runs_default_path(&arena);
    *runs = NULL;
    if (files_exists(path))
        status = runs_open(runs, path, error);
    arena_release(&arena);
    return status;
}

static enum status list_runs(struct runs *runs, const struct runs_filter *filter,
                             struct arena *arena, struct service_run **list, size_t *count,
                             struct error *error) {
    struct runs_record *records;
    TRY(runs_list(runs, filter, arena, &records, count, error));
    *list = ARENA_ARRAY(arena, struct service_run, *count);
    for (size_t i = 0; i < *count; i++) {
        struct service_run *run = &(*list)[i];
        run->record = records[i];
        TRY(runs_metrics(runs, records[i].id, arena, &run->metrics, &run->metric_count, error));
    }
    return STATUS_OK;
}

enum status service_runs_list(struct service *service, const struct runs_filter *filter,
                              struct arena *arena, struct service_run **list, size_t *count,
                              struct error *error) {
    struct runs *runs;
    *count = 0;
    *list = NULL;
    TRY(open_runs(service, &runs, error));
    const enum status status =
        runs ? list_runs(runs, filter, arena, list, count, error) : STATUS_OK;
    runs_close(runs);
    return status;
}

/* The store has them by the name of their part: "", "refit", "seed7"; the last fit, on everything,
 * is called "final" and stands before others. */
static void put_final_last(struct service_run *run, struct arena *arena) {
    struct runs_epoch *sorted = ARENA_ARRAY(arena, struct runs_epoch, run->epoch_count);
    size_t count = 0;
    for (int wanted = 0; wanted < 2; wanted++)
        for (size_t i = 0; i < run->epoch_count; i++) {
            const bool is_final = run->epochs[i].part && strstr(run->epochs[i].part, "final");
            if (is_final == (wanted == 1))
                sorted[count++] = run->epochs[i];
        }
    run->epochs = sorted;
}

enum status service_runs_get(struct service *service, int64_t id, struct arena *arena,
                             struct service_run *run, struct error *error) {
    struct runs *runs;
    *run = (struct service_run){0};
    TRY(open_runs(service, &runs, error));
    if (!runs)
        return error_set(error, STATUS_NOT_FOUND, "there is no run %lld", (long long)id);
    enum status status = runs_get(runs, id, arena, &run->record, error);
    if (status == STATUS_OK)
        status = runs_metrics(runs, id, arena, &run->metrics, &run->metric_count, error);
    if (status == STATUS_OK)
        status = runs_epochs(runs, id, arena, &run->epochs, &run->epoch_count, error);
    runs_close(runs);
    if (status == STATUS_OK)
        put_final_last(run, arena);
    return status;
}

bool service_runs_can_serve(const struct service_run *run) {
    const char *file = run->record.model_file;
    return file && !model_versions_is_candidate(file) && files_is_regular(file);
}

void service_runs_moved(struct service *service, const char *from, const char *to) {
    struct arena arena = {0};
    struct runs *runs;
    struct error error;
    enum status status = open_runs(service, &runs, &error);
    if (status == STATUS_OK && runs)
        status =
            runs_move_file(runs, files_resolve(&arena, from), files_resolve(&arena, to), &error);
    if (status != STATUS_OK)
        log_warning("the store of runs does not know that %s is %s now: %s", from, to, error.text);
    runs_close(runs);
    arena_release(&arena);
}
