/* tracker_tensorboard.c: a run as an event file. The settings are a table on the TEXT page; scalars
 * are there as soon as their epoch has ended. Checked by tests/trackers/test_trackers.c and
 * tools/check trackers. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/files.h"
#include "base/wall_clock.h"
#include "trackers/event_file.h"
#include "trackers/tracker.h"

struct board {
    struct tracker base;
    FILE *file;
    const char *path;
};

static enum status write_out(struct board *board, const struct buffer *bytes, struct error *error) {
    if (fwrite(bytes->bytes, 1, bytes->size, board->file) == bytes->size &&
        fflush(board->file) == 0)
        return STATUS_OK;
    return error_set(error, STATUS_IO, "%s: %s", board->path, strerror(errno));
}

/* A Markdown table of all settings. */
static const char *table_of(const struct tracker_run *run, struct arena *arena) {
    struct buffer text;
    buffer_init(&text, arena);
    buffer_text(&text, "| setting | value |\n|---|---|\n");
    for (size_t i = 0; i < run->parameter_count; i++)
        buffer_format(&text, "| %s | %s |\n", run->parameters[i].key, run->parameters[i].value);
    return text.bytes;
}

static enum status open_file(struct tracker **out, const struct tracker_run *run,
                             struct arena *arena, struct error *error) {
    struct board *board = ARENA_NEW(arena, struct board);
    *out = NULL;
    board->base = (struct tracker){&tracker_tensorboard, run, arena};
    TRY(files_make_folder(run->folder, error));
    /* TensorBoard takes what has "tfevents" in its name, in the order of the names. */
    board->path = files_join(arena, run->folder,
                             arena_format(arena, "events.out.tfevents.%lld.matinee.%ld",
                                          (long long)wall_clock_seconds(), (long)getpid()));
    board->file = fopen(board->path, "we");
    if (!board->file)
        return error_set(error, STATUS_IO, "%s: %s", board->path, strerror(errno));
    struct buffer bytes;
    buffer_init(&bytes, arena);
    event_file_begin(&bytes, wall_clock_seconds());
    event_file_text(&bytes, wall_clock_seconds(), "settings/text_summary", table_of(run, arena));
    for (size_t i = 0; i < run->text_count; i++)
        event_file_text(&bytes, wall_clock_seconds(),
                        arena_format(arena, "%s/text_summary", run->texts[i].key),
                        run->texts[i].value);
    if (write_out(board, &bytes, error) != STATUS_OK) {
        fclose(board->file);
        return error->status;
    }
    *out = &board->base;
    return STATUS_OK;
}

static enum status log_scalars(struct tracker *tracker, int64_t step,
                               const struct tracker_scalar *scalars, size_t count,
                               struct error *error) {
    if (count == 0)
        return STATUS_OK;
    struct arena arena = {0};
    struct buffer bytes;
    buffer_init(&bytes, &arena);
    event_file_scalars(&bytes, wall_clock_seconds(), step, scalars, count);
    enum status status = write_out((struct board *)tracker, &bytes, error);
    arena_release(&arena);
    return status;
}

static enum status close_file(struct tracker *tracker, const struct tracker_end *end,
                              struct error *error) {
    struct board *board = (struct board *)tracker;
    enum status status = log_scalars(tracker, end->step, end->scalars, end->scalar_count, error);
    if (fclose(board->file) != 0 && status == STATUS_OK)
        status = error_set(error, STATUS_IO, "%s: %s", board->path, strerror(errno));
    return status;
}

const struct tracker_ops tracker_tensorboard = {
    .name = "tensorboard",
    .setting = "logger.use_tensorboard",
    .open = open_file,
    .log = log_scalars,
    .close = close_file,
};
