/* job.c: see job.h. Checked by tests/cli. */
#include "cli/job.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/log.h"
#include "base/parallel.h"
#include "base/settings_yaml.h"
#include "cli/known.h"
#include "dataset/catalogue.h"
#include "experiment/experiment.h"
#include "models/trainer.h"
#include "trackers/tracker.h"

#define DEFAULT_MODEL "item_knn"

const struct setting_spec job_settings[] = {
    {"project_name", SETTING_TEXT, "matinee", 0, 0, NULL, NULL, "a name for ${project_name}"},
    {"experiment_name", SETTING_TEXT, "", 0, 0, NULL, NULL,
     "what runs belong to, in `matinee runs` and in trackers; the data set if not said"},
    {"run_name", SETTING_TEXT, "", 0, 0, NULL, NULL, "what a run is called; the model if not said"},
    {"max_memory", SETTING_TEXT, "", 0, 0, NULL, "trainer.max_memory",
     "what would need more memory, as in 500MB or 4GB, is refused before it starts"},
    {"device", SETTING_TEXT, "auto", 0, 0, "auto|cpu|cuda|mps", NULL, "where to compute: the CPU"},
    {"logger.use_store", SETTING_BOOL, "true", 0, 0, NULL, NULL,
     "keep the run in the store that `matinee runs` reads"},
    {"paths.data_dir", SETTING_TEXT, "", 0, 0, NULL, NULL, "where data sets are looked for first"},
    {"paths.output_dir", SETTING_TEXT, "", 0, 0, NULL, NULL,
     "where model files go; the data folder's models/ if not said"},
    {"paths.checkpoint_dir", SETTING_TEXT, "", 0, 0, NULL, NULL,
     "where checkpoints go; beside the model file if not said"},
    {NULL, SETTING_INT, NULL, 0, 0, NULL, NULL, NULL},
};

/* The file that `defaults: - group: option` takes is chosen by "group=option" words; the i-th
 * choice is the i-th word. */
static struct config_choices read_choices(const struct arguments *arguments, const char *model) {
    struct config_choice *list =
        ARENA_ARRAY(arguments->arena, struct config_choice, arguments->pair_count + 1);
    struct config_choices choices = {list, 0};
    for (size_t i = 0; i < arguments->pair_count; i++) {
        size_t length = strcspn(arguments->pairs[i], "=");
        list[choices.count++] =
            (struct config_choice){arena_copy_length(arguments->arena, arguments->pairs[i], length),
                                   arguments->pairs[i] + length + 1, false};
    }
    if (model)
        list[choices.count++] = (struct config_choice){"model", model, false};
    return choices;
}

static bool is_key(const char *pair, const char *key) {
    size_t length = strcspn(pair, "=");
    return strlen(key) == length && memcmp(pair, key, length) == 0;
}

/* A model in front and another one among the words. */
static enum status check_one_model(const struct arguments *arguments, const char *model,
                                   struct error *error) {
    const struct model_ops *in_front, *other;
    for (size_t i = 0; model && i < arguments->pair_count; i++) {
        const char *pair = arguments->pairs[i];
        if (!is_key(pair, "model") && !is_key(pair, "model.name"))
            continue;
        TRY(model_find(&in_front, model, error));
        TRY(model_find(&other, strchr(pair, '=') + 1, error));
        if (in_front != other)
            return error_set(error, STATUS_BAD_USAGE,
                             "%.64s and %.64s name two models; leave one of them out", model, pair);
    }
    return STATUS_OK;
}

static enum status read_config(struct config *config, const struct arguments *arguments,
                               const char *model, struct error *error) {
    const char *path = command_text(arguments, "--config");
    struct config_choices choices = read_choices(arguments, model);
    if (path)
        TRY(config_read(config, path, &choices, arguments->arena, error));
    for (size_t i = 0; i < arguments->pair_count; i++) {
        const char *pair = arguments->pairs[i];
        /* "trainer=fast" chooses a file and is no setting; model and data are both. */
        bool is_setting = is_key(pair, "model") || is_key(pair, "data") || !choices.list[i].taken;
        if (is_setting)
            TRY(config_set_pair(config, pair, arguments->arena, error));
    }
    if (model)
        config_set(config, "model", model, NULL, arguments->arena);
    return STATUS_OK;
}

/* `model` and `model.name` are one key; the later one holds. */
static enum status find_model(const struct model_ops **ops, const struct config *config,
                              const struct arguments *arguments, struct error *error) {
    const struct config_entry *entry = config_find(config, "model");
    const struct config_entry *named = config_find(config, "model.name");
    if (!entry || (named && named > entry))
        entry = named;
    if (!entry)
        return model_find(ops, DEFAULT_MODEL, error);
    const char *name;
    TRY(config_value(config, entry, NULL, arguments->arena, &name, error));
    if (model_find(ops, name, error) != STATUS_OK)
        return entry->origin ? error_prefix(error, "%s", entry->origin) : error->status;
    return STATUS_OK;
}

static bool is_typed(const struct arguments *arguments, const char *key) {
    for (size_t i = 0; i < arguments->pair_count; i++)
        if (is_key(arguments->pairs[i], key))
            return true;
    return false;
}

/* There is only the CPU: a wish from a file is passed over, one that was typed is an error. */
static enum status check_device(const struct job *job, const struct arguments *arguments,
                                struct error *error) {
    const char *device = settings_text(job->places, "device");
    if (strcmp(device, "auto") == 0 || strcmp(device, "cpu") == 0)
        return STATUS_OK;
    if (is_typed(arguments, "device"))
        return error_set(error, STATUS_BAD_USAGE,
                         "device=%s: this program computes on the CPU; device=cpu or auto", device);
    log_warning("device %s is not there; going on with the CPU", device);
    return STATUS_OK;
}

/* There is only single precision: the same. */
static enum status check_precision(const struct job *job, const struct arguments *arguments,
                                   struct error *error) {
    static const char key[] = "trainer.mixed_precision";
    if (!settings_knows(job->settings, key) || !settings_bool(job->settings, key))
        return STATUS_OK;
    if (is_typed(arguments, key))
        return error_set(error, STATUS_BAD_USAGE,
                         "%s=true: this build trains in f32, single precision; leave it false",
                         key);
    log_warning("%s is not there; this build trains in f32, single precision", key);
    return STATUS_OK;
}

enum status job_read_memory(const char *text, const char *key, size_t *bytes, struct error *error) {
    static const struct {
        const char *unit;
        double bytes;
    } units[] = {{"KB", 1e3},  {"MB", 1e6},          {"GB", 1e9},   {"K", 1e3},
                 {"M", 1e6},   {"G", 1e9},           {"KiB", 1024}, {"MiB", 1024 * 1024.0},
                 {"TB", 1e12}, {"GiB", 1073741824.0}};
    char *end;
    double value = strtod(text, &end);
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (end > text && strcasecmp(end, units[i].unit) == 0 && value > 0 && value < 1e6) {
            *bytes = (size_t)(value * units[i].bytes);
            return STATUS_OK;
        }
    return error_set(error, STATUS_BAD_USAGE,
                     "%s: expected an amount of memory such as 500MB or 4GB, found \"%.32s\"", key,
                     text);
}

enum status job_limit_memory(const char *text, const char *key, struct error *error) {
    size_t bytes = 0;
    TRY(job_read_memory(text, key, &bytes, error));
    alloc_limit(bytes);
    return STATUS_OK;
}

size_t job_read_evolution(const struct arguments *arguments, const int64_t **lengths) {
    const int64_t *given;
    size_t count = settings_int_list(arguments->options, "--evolution", &given), used = 0;
    int64_t *list = ARENA_ARRAY(arguments->arena, int64_t, count + 1);
    for (size_t i = 0; i < count; i++) {
        size_t at = used;
        while (at > 0 && list[at - 1] > given[i])
            at--;
        if (at > 0 && list[at - 1] == given[i])
            continue;
        memmove(list + at + 1, list + at, (used - at) * sizeof *list);
        list[at] = given[i];
        used++;
    }
    *lengths = list;
    return used;
}

/* --max-memory stands above the setting. */
static enum status limit_memory(const struct job *job, const struct arguments *arguments,
                                struct error *error) {
    const char *setting = settings_text(job->places, "max_memory");
    const char *option = settings_knows(arguments->options, "--max-memory")
                             ? command_text(arguments, "--max-memory")
                             : NULL;
    if (option)
        return job_limit_memory(option, "--max-memory", error);
    return *setting ? job_limit_memory(setting, "max_memory", error) : STATUS_OK;
}

/* Takes what this model has a use for. Passed over is what `others` know, and the trainer.* of a
 * file, which may be written for whichever model is chosen; typed for this model alone, either is
 * an error. */
static struct config keep_known(const struct config *config, const struct settings *all,
                                const struct settings *others, struct arena *arena) {
    struct settings *trainer = settings_create(arena);
    settings_add(trainer, trainer_settings);
    struct config kept = {0};
    for (size_t i = 0; i < config->count; i++) {
        const struct config_entry *entry = &config->entries[i];
        bool is_idle = (others && settings_knows(others, entry->key)) ||
                       (entry->origin && settings_knows(trainer, entry->key));
        if (settings_knows(all, entry->key) || !is_idle)
            config_set(&kept, entry->key, entry->value, entry->origin, arena);
    }
    return kept;
}

static enum status check_keys(const struct config *config, const struct model_ops *ops,
                              struct settings *own, struct error *error) {
    for (size_t i = 0; i < config->count; i++) {
        const struct config_entry *entry = &config->entries[i];
        if (settings_knows(own, entry->key))
            continue;
        known_refuse(ops, entry->key, own, error);
        return entry->origin ? error_prefix(error, "%s", entry->origin) : error->status;
    }
    return STATUS_OK;
}

/* "model.reg=0.01,0.1": several values for one number or choice, of a command that could try each.
 */
static enum status check_single(const struct config *config, const struct arguments *arguments,
                                const struct settings *all, struct error *error) {
    if (!settings_knows(arguments->options, "--multirun"))
        return STATUS_OK;
    for (size_t i = 0; i < config->count; i++) {
        const struct config_entry *entry = &config->entries[i];
        const struct setting_spec *spec = settings_spec(all, entry->key);
        if (!spec || entry->origin || strstr(entry->value, "${"))
            continue;
        bool is_single =
            spec->kind == SETTING_TEXT ? spec->choices != NULL : spec->kind < SETTING_TEXT;
        if (is_single && strchr(entry->value, ','))
            return error_set(
                error, STATUS_BAD_USAGE,
                "%s must be one value, found \"%.64s\"; --multirun trains with each of "
                "them",
                spec->key, entry->value);
    }
    return STATUS_OK;
}

/* Sets everything in one set of all tables, so that any ${key} is found, and takes it apart. */
static enum status apply(struct job *job, const struct config *config,
                         const struct arguments *arguments, const struct settings *others,
                         struct error *error) {
    struct arena *arena = arguments->arena;
    struct settings *all = experiment_settings_for(job->ops, arena);
    settings_add(all, job_settings);
    settings_add(all, tracker_settings);
    struct config kept = keep_known(config, all, others, arena);
    struct settings *own = settings_copy(all, arena);
    if (others)
        known_add(own, others, arena);
    TRY(check_keys(&kept, job->ops, own, error));
    TRY(check_single(&kept, arguments, all, error));
    TRY(config_apply(&kept, all, error));
    job->settings = experiment_settings_for(job->ops, arena);
    job->places = settings_create(arena);
    settings_add(job->places, job_settings);
    settings_add(job->places, tracker_settings);
    struct setting_entry entry;
    for (size_t i = 0; settings_entry(all, i, &entry); i++) {
        const char *key = entry.spec->key;
        struct settings *to = settings_knows(job->places, key) ? job->places : job->settings;
        if (entry.is_set)
            TRY(settings_set(to, key, entry.value, NULL, error));
    }
    /* An alias of the model's name gives the same settings, and so the same file. */
    return settings_set(job->settings, "model", job->ops->name, NULL, error);
}

enum status job_make(struct job *job, const struct arguments *arguments, const char *model,
                     const struct settings *others, struct error *error) {
    struct config config = {0};
    TRY(check_one_model(arguments, model, error));
    TRY(read_config(&config, arguments, model, error));
    TRY(find_model(&job->ops, &config, arguments, error));
    TRY(apply(job, &config, arguments, others, error));
    if (!settings_is_set(job->settings, "data"))
        settings_default(job->settings, "data", catalogue_default());
    else if (!*settings_text(job->settings, "data"))
        return error_set(
            error, STATUS_BAD_USAGE,
            "data is empty; data=NAME or a path, or leave it out for the built-in data");
    TRY(limit_memory(job, arguments, error));
    TRY(check_precision(job, arguments, error));
    return check_device(job, arguments, error);
}

enum status job_make_rival(struct job *job, const struct job *like, const char *model,
                           struct arena *arena, struct error *error) {
    TRY(model_find(&job->ops, model, error));
    if (job->ops == like->ops)
        return error_set(error, STATUS_BAD_USAGE, "%s beside %s is the same model twice",
                         job->ops->name, like->ops->name);
    job->settings = experiment_settings_for(job->ops, arena);
    job->places = like->places;
    struct setting_entry entry;
    for (size_t i = 0; settings_entry(like->settings, i, &entry); i++) {
        const char *key = entry.spec->key;
        bool is_own = strncmp(key, "model", 5) == 0 || strncmp(key, "trainer.", 8) == 0;
        if (!is_own && settings_knows(job->settings, key))
            settings_default(job->settings, key, entry.value);
    }
    settings_default(job->settings, "model", job->ops->name);
    return STATUS_OK;
}

void job_start(const struct job *job) {
    parallel_set_threads((size_t)settings_int(job->settings, "threads"));
    const char *folder = settings_text(job->places, "paths.data_dir");
    if (!*folder)
        return;
    const char *before = getenv("MATINEE_DATA");
    size_t length = strlen(folder);
    bool is_first = before && strncmp(before, folder, length) == 0 &&
                    (before[length] == ':' || before[length] == '\0');
    if (is_first) /* of an earlier job */
        return;
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    setenv("MATINEE_DATA",
           arena_format(scratch, "%s%s%s", folder, before ? ":" : "", before ? before : ""), 1);
    arena_reset(scratch, mark);
}

void job_print(const struct job *job, FILE *out) {
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    struct buffer text;
    buffer_init(&text, scratch);
    settings_yaml(job->settings, SETTINGS_YAML_ALL, &text);
    settings_yaml(job->places, SETTINGS_YAML_ALL, &text);
    fputs(text.bytes, out);
    arena_reset(scratch, mark);
}
