/* tracker_csv.c: a run as two files for a spreadsheet or a script: metrics.csv, one line for each
 * figure ("step,name,value"), written as it comes, and settings.yaml. Checked by
 * tests/trackers/test_trackers.c. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/files.h"
#include "trackers/tracker.h"

struct csv {
    struct tracker base;
    FILE *file;
    const char *path;
};

static enum status refuse(const struct csv *csv, struct error *error) {
    return error_set(error, STATUS_IO, "%s: %s", csv->path, strerror(errno));
}

static enum status open_file(struct tracker **out, const struct tracker_run *run,
                             struct arena *arena, struct error *error) {
    struct csv *csv = ARENA_NEW(arena, struct csv);
    *out = NULL;
    csv->base = (struct tracker){&tracker_csv, run, arena};
    csv->path = files_join(arena, run->folder, "metrics.csv");
    TRY(files_make_folder(run->folder, error));
    TRY(files_write(files_join(arena, run->folder, "settings.yaml"), run->settings,
                    strlen(run->settings), error));
    csv->file = fopen(csv->path, "we");
    if (!csv->file || fputs("step,name,value\n", csv->file) < 0) {
        refuse(csv, error);
        if (csv->file)
            fclose(csv->file);
        return error->status;
    }
    *out = &csv->base;
    return STATUS_OK;
}

static enum status log_scalars(struct tracker *tracker, int64_t step,
                               const struct tracker_scalar *scalars, size_t count,
                               struct error *error) {
    struct csv *csv = (struct csv *)tracker;
    for (size_t i = 0; i < count; i++)
        fprintf(csv->file, "%lld,%s,%.9g\n", (long long)step, scalars[i].name, scalars[i].value);
    return fflush(csv->file) == 0 ? STATUS_OK : refuse(csv, error);
}

static enum status close_file(struct tracker *tracker, const struct tracker_end *end,
                              struct error *error) {
    struct csv *csv = (struct csv *)tracker;
    enum status status = log_scalars(tracker, end->step, end->scalars, end->scalar_count, error);
    if (fclose(csv->file) != 0 && status == STATUS_OK)
        status = refuse(csv, error);
    return status;
}

const struct tracker_ops tracker_csv = {
    .name = "csv",
    .setting = "logger.use_csv",
    .open = open_file,
    .log = log_scalars,
    .close = close_file,
};
