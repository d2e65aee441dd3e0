/* hybrid_parts.c: see hybrid_parts.h; hybrid_parts_fit.c fits them.
 *
 * Traps    A settings table belongs to a model, so parts have sets of their own, and the hybrid's
 *          own rows only carry their text. `suggest` cannot fail: what it cannot read it leaves,
 *          and create() says what is wrong.
 * Checked  tests/models/test_hybrid.c. */
#include "models/hybrid/hybrid_parts.h"

#include <string.h>

#include "base/config.h"
#include "models/trainer.h"

static const struct setting_spec part_settings[] = {
    {"seed", SETTING_INT, "", 0, 9e15, NULL, NULL, "seed of this part; the hybrid's if not said"},
    {NULL, 0, NULL, 0, 0, NULL, NULL, NULL},
};

/* What is said of a part that is no matter of the part: the hybrid is fitted again and saved. */
static bool is_the_parts(const char *key) {
    return strcmp(key, "trainer.refit") != 0 && strcmp(key, "trainer.final_fit") != 0 &&
           strncmp(key, "trainer.checkpoint.", 19) != 0;
}

static struct settings *settings_for(const struct model_ops *ops, struct arena *arena) {
    struct settings *settings = settings_create(arena);
    settings_add(settings, ops->settings);
    settings_add(settings, part_settings);
    if (ops->traits & MODEL_TRAINED)
        settings_add(settings, trainer_settings);
    return settings;
}

/* ---- Where a part comes from ----------------------------------------------------------------- */

static bool ends_in(const char *text, const char *end) {
    size_t length = strlen(text), tail = strlen(end);
    return length > tail && !strcmp(text + length - tail, end);
}

static bool is_recipe(const char *text) { return ends_in(text, ".yaml") || ends_in(text, ".yml"); }

/* The length of what stands before a ':' as a label, or 0. */
static size_t label_length(const char *word) {
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    size_t length = strspn(word, letters);
    return word[length] == ':' ? length : 0;
}

/* "ease" of "config/recipes/ml-1m-ncf/ease.yaml". */
static const char *stem(const char *path, struct arena *arena) {
    const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
    return arena_copy_length(arena, base, strcspn(base, "."));
}

/* The trainer.* of the hybrid hold for each part that is trained. */
static enum status set_trainer(struct hybrid_part *part, const struct settings *whole,
                               struct error *error) {
    struct setting_entry entry;
    for (size_t i = 0; settings_entry(whole, i, &entry); i++) {
        const char *key = entry.spec->key;
        if (entry.is_set && !strncmp(key, "trainer.", 8) && settings_knows(part->settings, key))
            TRY(settings_set(part->settings, key, entry.value, NULL, error));
    }
    return STATUS_OK;
}

static enum status set_recipe(struct hybrid_part *part, const struct config *recipe,
                              struct arena *arena, struct error *error) {
    for (size_t i = 0; i < recipe->count; i++) {
        const struct config_entry *entry = &recipe->entries[i];
        bool is_model = !strncmp(entry->key, "model.", 6) && strcmp(entry->key, "model.name") != 0;
        if (!is_the_parts(entry->key) || (!is_model && !settings_knows(part->settings, entry->key)))
            continue;
        const char *value;
        TRY(config_value(recipe, entry, part->settings, arena, &value, error));
        TRY(settings_set(part->settings, entry->key, value, entry->origin, error));
    }
    return STATUS_OK;
}

static enum status read_recipe(struct hybrid_part *part, const struct settings *whole,
                               const char *path, struct arena *arena, struct error *error) {
    struct config recipe = {0};
    TRY(config_read(&recipe, path, NULL, arena, error));
    const struct config_entry *name = config_find(&recipe, "model");
    name = name ? name : config_find(&recipe, "model.name");
    if (!name)
        return error_set(error, STATUS_BAD_USAGE, "%s: names no model; a part needs one", path);
    const char *value;
    TRY(config_value(&recipe, name, NULL, arena, &value, error));
    TRY(model_find(&part->ops, value, error));
    part->settings = settings_for(part->ops, arena);
    TRY(set_trainer(part, whole, error));
    return set_recipe(part, &recipe, arena, error);
}

static enum status read_file(struct hybrid_part *part, const char *path, struct arena *arena,
                             struct error *error) {
    struct model_file *file;
    TRY(model_file_open(&file, path, error));
    part->ops = file->model->ops;
    part->file = path;
    part->settings = settings_for(part->ops, arena);
    struct setting_entry entry;
    enum status status = STATUS_OK;
    for (size_t i = 0; settings_entry(file->settings, i, &entry) && status == STATUS_OK; i++)
        if (entry.is_set && is_the_parts(entry.spec->key) &&
            settings_knows(part->settings, entry.spec->key))
            status = settings_set(part->settings, entry.spec->key, entry.value, path, error);
    model_file_close(file);
    return status;
}

static enum status read_part(struct hybrid_part *part, const struct settings *whole,
                             const char *word, struct arena *arena, struct error *error) {
    size_t label = label_length(word);
    const char *source = arena_copy(arena, word + (label ? label + 1 : 0));
    if (is_recipe(source)) {
        TRY(read_recipe(part, whole, source, arena, error));
    } else if (ends_in(source, ".safetensors")) {
        TRY(read_file(part, source, arena, error));
    } else {
        TRY(model_find(&part->ops, source, error));
        part->settings = settings_for(part->ops, arena);
        TRY(set_trainer(part, whole, error));
    }
    if (label)
        part->label = arena_copy_length(arena, word, label);
    else
        part->label = is_recipe(source) ? stem(source, arena) : part->ops->name;
    return STATUS_OK;
}

/* ---- Reading --------------------------------------------------------------------------------- */

static const char *label_at(void *context, size_t index) {
    const struct hybrid_parts *parts = context;
    return index < parts->count ? parts->list[index].label : NULL;
}

/* The part whose label stands before the first `separator`, for the setting `key`. */
static enum status find_part(const struct hybrid_parts *parts, const char *key, const char *word,
                             char separator, struct hybrid_part **part, struct error *error) {
    const char *end = strchr(word, separator);
    size_t length = end ? (size_t)(end - word) : strlen(word);
    for (size_t p = 0; p < parts->count; p++)
        if (strlen(parts->list[p].label) == length && !memcmp(parts->list[p].label, word, length)) {
            *part = &parts->list[p];
            return STATUS_OK;
        }
    char label[64] = {0};
    memcpy(label, word, length < sizeof label ? length : sizeof label - 1);
    const char *nearest = settings_nearest(label, label_at, (void *)(uintptr_t)parts);
    return error_set(error, STATUS_BAD_USAGE, "%s: \"%.80s\": there is no part \"%s\"%s%s%s", key,
                     word, label, nearest ? "; did you mean \"" : ": model.models lists them",
                     nearest ? nearest : "", nearest ? "\"?" : "");
}

static enum status read_part_settings(struct hybrid_parts *parts, const struct settings *settings,
                                      struct error *error) {
    static const char key[] = "model.part_settings";
    const char *const *words;
    size_t count = settings_text_list(settings, key, &words);
    for (size_t i = 0; i < count; i++) {
        struct hybrid_part *part;
        TRY(find_part(parts, key, words[i], '.', &part, error));
        const char *pair = words[i] + strlen(part->label);
        if (settings_set_pair(part->settings, *pair == '.' ? pair + 1 : pair, part->label, error) !=
            STATUS_OK)
            return error_prefix(error, "%s", key);
    }
    return STATUS_OK;
}

static enum status read_part_files(struct hybrid_parts *parts, const struct settings *settings,
                                   struct arena *arena, struct error *error) {
    static const char key[] = "model.part_files";
    const char *const *words;
    size_t count = settings_text_list(settings, key, &words);
    for (size_t i = 0; i < count; i++) {
        struct hybrid_part *part;
        TRY(find_part(parts, key, words[i], ':', &part, error));
        const char *path = words[i] + strlen(part->label);
        part->file = *path == ':' ? arena_copy(arena, path + 1) : NULL;
    }
    return STATUS_OK;
}

static enum status check_labels(const struct hybrid_parts *parts, struct error *error) {
    for (size_t a = 0; a < parts->count; a++)
        for (size_t b = a + 1; b < parts->count; b++)
            if (!strcmp(parts->list[a].label, parts->list[b].label))
                return error_set(error, STATUS_BAD_USAGE,
                                 "model.models: two parts are called \"%s\": put a label in front, "
                                 "as in small:%s",
                                 parts->list[b].label, parts->list[b].ops->name);
    return STATUS_OK;
}

enum status hybrid_parts_read(struct hybrid_parts *parts, const struct settings *settings,
                              struct arena *arena, struct error *error) {
    const char *const *words;
    size_t count = settings_text_list(settings, "model.models", &words);
    if (count == 0 || count > HYBRID_PARTS_MAX)
        return error_set(
            error, STATUS_BAD_USAGE,
            "model.models: expected 1 to %d models, as in [ease,popularity], found %zu",
            HYBRID_PARTS_MAX, count);
    *parts = (struct hybrid_parts){.list = ARENA_ARRAY(arena, struct hybrid_part, count)};
    for (size_t i = 0; i < count; i++) {
        if (read_part(&parts->list[i], settings, words[i], arena, error) != STATUS_OK)
            return error_prefix(error, "model.models");
        parts->count++;
    }
    TRY(check_labels(parts, error));
    TRY(read_part_settings(parts, settings, error));
    return read_part_files(parts, settings, arena, error);
}

/* ---- Writing back ---------------------------------------------------------------------------- */

/* Adds a word to a list that is being written: "[a" and so on. */
static const char *with_word(const char *list, const char *word, struct arena *arena) {
    char *quoted = arena_alloc(arena, 2 * strlen(word) + 1), *to = quoted;
    for (; *word; word++) {
        if (*word == '"' || *word == '\\')
            *to++ = '\\';
        *to++ = *word;
    }
    return arena_format(arena, "%s%s\"%s\"", list, list[1] ? "," : "", quoted);
}

/* Every setting of the part that is not as its table has it. */
static const char *with_part(const char *list, const struct hybrid_part *part,
                             struct arena *arena) {
    struct settings *plain = settings_for(part->ops, arena);
    struct setting_entry entry, usual;
    for (size_t i = 0; settings_entry(part->settings, i, &entry); i++) {
        bool there = settings_entry(plain, i, &usual);
        if (is_the_parts(entry.spec->key) && there && strcmp(entry.value, usual.value) != 0)
            list = with_word(
                list, arena_format(arena, "%s.%s=%s", part->label, entry.spec->key, entry.value),
                arena);
    }
    return list;
}

/* "[...]" for model.part_settings. */
static const char *settings_text_of(const struct hybrid_parts *parts, struct arena *arena) {
    const char *list = "[";
    for (size_t p = 0; p < parts->count; p++)
        list = with_part(list, &parts->list[p], arena);
    return arena_format(arena, "%s]", list);
}

static void write_back(const struct hybrid_parts *parts, struct settings *settings,
                       struct arena *arena) {
    const char *models = "[", *files = "[";
    for (size_t p = 0; p < parts->count; p++) {
        const struct hybrid_part *part = &parts->list[p];
        bool named = strcmp(part->label, part->ops->name) != 0;
        models = with_word(models,
                           named ? arena_format(arena, "%s:%s", part->label, part->ops->name)
                                 : part->label,
                           arena);
        if (part->file)
            files = with_word(files, arena_format(arena, "%s:%s", part->label, part->file), arena);
    }
    const char *const pairs[] = {
        arena_format(arena, "model.models=%s]", models),
        arena_format(arena, "model.part_files=%s]", files),
        arena_format(arena, "model.part_settings=%s", settings_text_of(parts, arena)),
    };
    struct error error;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        if (settings_set_pair(settings, pairs[i], NULL, &error) != STATUS_OK)
            return; /* more words than a list holds: everything is said elsewhere too */
}

void hybrid_parts_suggest(struct settings *settings, const struct interactions *train) {
    struct arena arena = {0};
    struct hybrid_parts parts;
    struct error error;
    if (hybrid_parts_read(&parts, settings, &arena, &error) == STATUS_OK) {
        for (size_t p = 0; p < parts.count; p++)
            if (parts.list[p].ops->suggest)
                parts.list[p].ops->suggest(parts.list[p].settings, train);
        write_back(&parts, settings, &arena);
    }
    arena_release(&arena);
}

const char *hybrid_parts_choice(const struct hybrid_parts *parts, struct arena *arena) {
    const char *list = "[";
    bool any = false;
    for (size_t p = 0; p < parts->count; p++) {
        struct hybrid_part chosen = parts->list[p];
        const struct fit_report *report = &chosen.model->report;
        struct error error;
        chosen.settings = settings_copy(chosen.settings, arena);
        for (size_t c = 0; c < report->choice_count && !chosen.opened; c++)
            any |=
                settings_set_pair(chosen.settings, report->choices[c], NULL, &error) == STATUS_OK;
        list = with_part(list, &chosen, arena);
    }
    return any ? arena_format(arena, "model.part_settings=%s]", list) : NULL;
}
