/* runs_settings.c: see runs_settings.h.
 *
 * Traps    A value is held against the default as the row's own kind reads both: 1e-3 is 0.001.
 *          What the data suggested is resolved in what was kept, and differs from the default.
 * Checked  tests/cli/runs.t: the command makes the same bytes. */
#include "cli/runs_settings.h"

#include <string.h>

#include "base/buffer.h"
#include "base/config.h"
#include "cli/job.h"
#include "experiment/experiment.h"
#include "trackers/tracker.h"

/* The rows that a run of that model has, at their defaults; none where this program does not know
 * the model. */
static struct settings *defaults_for(const char *model, struct arena *arena) {
    const struct model_ops *ops;
    struct error ignored;
    if (!model || model_find(&ops, model, &ignored) != STATUS_OK)
        return settings_create(arena);
    struct settings *settings = experiment_settings_for(ops, arena);
    settings_default(settings, "model", ops->name);
    settings_add(settings, job_settings);
    settings_add(settings, tracker_settings);
    return settings;
}

/* The entry beside its default; whether they are the same. */
static bool is_usual(struct runs_setting *setting, struct settings *values,
                     const struct settings *defaults) {
    struct error ignored; /* another version's value may be none of today's: it differs */
    setting->usual = settings_show(defaults, setting->key);
    if (!setting->usual ||
        settings_set(values, setting->key, setting->value, NULL, &ignored) != STATUS_OK)
        return false;
    return strcmp(settings_show(values, setting->key), setting->usual) == 0;
}

enum status runs_settings_list(const struct runs_record *record, bool differing,
                               struct arena *arena, struct runs_setting **list, size_t *count,
                               struct error *error) {
    struct config config = {0};
    const char *text = record->settings ? record->settings : "";
    TRY(config_parse(&config, "a run's settings", text, strlen(text), arena, error));
    const struct settings *defaults = defaults_for(record->model, arena);
    struct settings *values = settings_copy(defaults, arena);
    *list = ARENA_ARRAY(arena, struct runs_setting, config.count + 1);
    *count = 0;
    for (size_t i = 0; i < config.count; i++) {
        struct runs_setting setting = {config.entries[i].key, config.entries[i].value, NULL};
        if (!is_usual(&setting, values, defaults) || !differing)
            (*list)[(*count)++] = setting;
    }
    return STATUS_OK;
}

/* In single quotes where a shell would read something else. */
static void put_word(const char *text, struct buffer *out) {
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./@+=:,%";
    if (text[strspn(text, plain)] == '\0') {
        buffer_text(out, text);
        return;
    }
    buffer_text(out, "'");
    for (; *text; text++)
        if (*text == '\'')
            buffer_text(out, "'\\''");
        else
            buffer_bytes(out, text, 1);
    buffer_text(out, "'");
}

const char *runs_settings_command(const struct runs_record *record,
                                  const struct runs_setting *differing, size_t count,
                                  struct arena *arena) {
    struct buffer out;
    buffer_init(&out, arena);
    buffer_format(&out, "matinee train %s", record->model);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(differing[i].key, "model") == 0)
            continue;
        buffer_text(&out, " ");
        put_word(arena_format(arena, "%s=%s", differing[i].key, differing[i].value), &out);
    }
    return out.bytes;
}
