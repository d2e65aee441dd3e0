/* tracker_wandb.c: a run for Weights & Biases: TensorBoard's event files, which its client uploads
 * (`wandb sync`) when the run has ended. Without the client or a key they stay where they are, and
 * a line says how to upload them later. The key goes from the environment to the client; it is
 * never looked at. The client has no option for a run's name, tags and notes: they are texts of the
 * run, and stand in the client's environment under the names that it has for them. Checked by
 * tests/trackers/test_trackers.c with a stand-in for the client. */
#include <stdlib.h>
#include <string.h>

#include "base/files.h"
#include "base/process.h"
#include "trackers/tracker.h"

enum { LABEL_NAME, LABEL_TAGS, LABEL_NOTES, LABEL_COUNT };

struct wandb {
    struct tracker base;
    struct tracker_run run;                      /* the same run, with a folder of its own */
    struct tracker *files;                       /* NULL: disabled */
    struct tracker_parameter texts[LABEL_COUNT]; /* those that are said */
    const char *environment[LABEL_COUNT + 1];    /* the same for the client; ends with NULL */
};

static bool is_disabled(const struct settings *logger) {
    return strcmp(settings_text(logger, "logger.wandb.mode"), "disabled") == 0;
}

/* "a,b" */
static const char *tags_of(const struct settings *logger, struct arena *arena) {
    const char *const *tags, *list = "";
    size_t count = settings_text_list(logger, "logger.wandb.tags", &tags);
    for (size_t i = 0; i < count; i++)
        list = arena_format(arena, "%s%s%s", list, i ? "," : "", tags[i]);
    return list;
}

static void label(struct wandb *wandb) {
    static const char *const keys[] = {"wandb/name", "wandb/tags", "wandb/notes"};
    static const char *const variables[] = {"WANDB_NAME", "WANDB_TAGS", "WANDB_NOTES"};
    const struct settings *logger = wandb->run.logger;
    struct arena *arena = wandb->base.arena;
    const char *name = settings_text(logger, "logger.wandb.name");
    const char *const values[] = {*name ? name : wandb->run.name, tags_of(logger, arena),
                                  settings_text(logger, "logger.wandb.notes")};
    size_t count = 0;
    for (size_t i = 0; i < LABEL_COUNT; i++) {
        if (!*values[i])
            continue;
        wandb->environment[count] = arena_format(arena, "%s=%s", variables[i], values[i]);
        wandb->texts[count++] = (struct tracker_parameter){keys[i], values[i]};
    }
    wandb->run.texts = wandb->texts;
    wandb->run.text_count = count;
}

static enum status open_run(struct tracker **out, const struct tracker_run *run,
                            struct arena *arena, struct error *error) {
    struct wandb *wandb = ARENA_NEW(arena, struct wandb);
    *out = NULL;
    wandb->base = (struct tracker){&tracker_wandb, run, arena};
    if (is_disabled(run->logger)) {
        *out = &wandb->base;
        return STATUS_OK;
    }
    wandb->run = *run;
    wandb->run.folder = files_join(arena, run->folder, "wandb");
    label(wandb);
    TRY(tracker_tensorboard.open(&wandb->files, &wandb->run, arena, error));
    *out = &wandb->base;
    return STATUS_OK;
}

static enum status log_scalars(struct tracker *tracker, int64_t step,
                               const struct tracker_scalar *scalars, size_t count,
                               struct error *error) {
    struct wandb *wandb = (struct wandb *)tracker;
    if (!wandb->files)
        return STATUS_OK;
    return tracker_tensorboard.log(wandb->files, step, scalars, count, error);
}

static enum status synchronise(const struct wandb *wandb, struct error *error) {
    const struct settings *logger = wandb->run.logger;
    const char *key = getenv("WANDB_API_KEY");
    const char *folder = wandb->run.folder;
    if (strcmp(settings_text(logger, "logger.wandb.mode"), "online") != 0)
        return STATUS_OK;
    if (!key || !*key)
        return error_set(error, STATUS_BAD_USAGE,
                         "WANDB_API_KEY is not set, here or in .env; upload later with `wandb sync "
                         "%s`",
                         folder);
    const char *project = settings_text(logger, "logger.wandb.project");
    const char *entity = settings_text(logger, "logger.wandb.entity");
    const char *words[8] = {"sync", folder, "--project", *project ? project : wandb->run.project};
    if (*entity) {
        words[4] = "--entity";
        words[5] = entity;
    }
    const struct process_start start = {
        .program = "wandb", .words = words, .environment = wandb->environment};
    pid_t process;
    if (process_start(&process, &start, error) != STATUS_OK)
        return error_set(error, STATUS_NOT_FOUND,
                         "the client wandb is not installed; upload later with `wandb sync %s`",
                         folder);
    int code = process_wait(process);
    if (code == 0)
        return STATUS_OK;
    return error_set(error, STATUS_IO, "wandb sync ended with %d; try `wandb sync %s` again", code,
                     folder);
}

static enum status close_run(struct tracker *tracker, const struct tracker_end *end,
                             struct error *error) {
    struct wandb *wandb = (struct wandb *)tracker;
    if (!wandb->files)
        return STATUS_OK;
    TRY(tracker_tensorboard.close(wandb->files, end, error));
    return synchronise(wandb, error);
}

const struct tracker_ops tracker_wandb = {
    .name = "wandb",
    .setting = "logger.use_wandb",
    .open = open_run,
    .log = log_scalars,
    .close = close_run,
};
