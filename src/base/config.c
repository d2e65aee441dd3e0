/* config.c: files composed into one list of values, and ${...} filled in. See config.h.
 *
 * Idea     Everything that is said is appended; the last word on a key holds. Values are filled in
 *          only when they are asked for, so that ${a} sees what the command line made of a.
 * Source   Hydra 1.3, "The Defaults List" and "Packages".
 * Checked  tests/base/test_config.c, fuzz/fuzz_yaml.c. */
#include "base/config.h"

#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/config_yaml.h"
#include "base/files.h"

#define FILE_BYTES_MAX ((size_t)256 << 10)
#define ENTRIES_MAX 4096
#define INCLUDE_DEPTH_MAX 8
#define INCLUDES_MAX 64
#define FOLDERS_UP_MAX 4
#define FILL_DEPTH_MAX 8
#define FILL_STEPS_MAX 1000
#define FILL_BYTES_MAX 8192

void config_set(struct config *config, const char *key, const char *value, const char *origin,
                struct arena *arena) {
    if (config->count == config->capacity) {
        config->capacity = config->capacity ? 2 * config->capacity : 32;
        struct config_entry *entries = ARENA_ARRAY(arena, struct config_entry, config->capacity);
        if (config->count > 0)
            memcpy(entries, config->entries, config->count * sizeof *entries);
        config->entries = entries;
    }
    config->entries[config->count++] = (struct config_entry){key, value, origin};
}

enum status config_set_pair(struct config *config, const char *pair, struct arena *arena,
                            struct error *error) {
    const char *equals = strchr(pair, '=');
    if (!equals || equals == pair)
        return error_set(error, STATUS_BAD_USAGE, "expected key=value, found \"%.64s\"", pair);
    const char *key = arena_copy_length(arena, pair, (size_t)(equals - pair));
    config_set(config, key, equals + 1, NULL, arena);
    return STATUS_OK;
}

const struct config_entry *config_find(const struct config *config, const char *key) {
    for (size_t i = config->count; i > 0; i--)
        if (strcmp(config->entries[i - 1].key, key) == 0)
            return &config->entries[i - 1];
    return NULL;
}

/* ---- Composition ---- */

struct composing {
    struct config *config;
    const struct config_choices *choices;
    struct arena *arena;
    struct error *error;
    size_t include_count;
};

static enum status compose_file(struct composing *to, const char *path, const char *package,
                                unsigned depth);

/* Puts a file's own values under its package. */
static enum status take_entries(struct composing *to, const struct config *from,
                                const char *package) {
    for (size_t i = 0; i < from->count; i++) {
        const struct config_entry *entry = &from->entries[i];
        if (to->config->count == ENTRIES_MAX)
            return error_set(to->error, STATUS_LIMIT, "%s: more than %d values in all",
                             entry->origin, ENTRIES_MAX);
        const char *key =
            *package ? arena_format(to->arena, "%s.%s", package, entry->key) : entry->key;
        config_set(to->config, key, entry->value, entry->origin, to->arena);
    }
    return STATUS_OK;
}

/* FOLDER/NAME.yaml or .yml, else the same in the folder above, up to one called "config". */
static const char *find_file(const struct composing *to, const char *from, const char *name) {
    static const char *const endings[] = {".yaml", ".yml", ""};
    const char *slash = strrchr(from, '/');
    char *folder = slash ? arena_copy_length(to->arena, from, (size_t)(slash - from) + 1)
                         : arena_copy(to->arena, "./");
    for (int up = 0; up <= FOLDERS_UP_MAX; up++) {
        for (size_t e = 0; e < sizeof endings / sizeof endings[0]; e++) {
            const char *path = arena_format(to->arena, "%s%s%s", folder, name, endings[e]);
            if (files_is_regular(path))
                return path;
        }
        char resolved[PATH_MAX];
        const char *base = realpath(folder, resolved) ? strrchr(resolved, '/') : NULL;
        if (!base || strcmp(base, "/config") == 0)
            break;
        folder = arena_format(to->arena, "%s../", folder);
    }
    return NULL;
}

/* The choice made elsewhere for an include's group, or NULL. */
static struct config_choice *choice_for(const struct composing *to,
                                        const struct config_include *include) {
    for (size_t i = 0; include->group && to->choices && i < to->choices->count; i++)
        if (strcmp(to->choices->list[i].group, include->group) == 0)
            return &to->choices->list[i];
    return NULL;
}

/* Where an included file's keys go: "model/neumf" under "model", within the package of the file
 * that names it unless the name begins with "/". */
static const char *include_package(const struct composing *to, const char *name,
                                   const char *outer) {
    outer = *name == '/' ? "" : outer;
    name += *name == '/';
    const char *slash = strrchr(name, '/');
    if (!slash)
        return outer;
    char *package =
        arena_format(to->arena, "%s%s%.*s", outer, *outer ? "." : "", (int)(slash - name), name);
    for (char *at = package; *at; at++)
        if (*at == '/')
            *at = '.';
    return package;
}

static enum status take_include(struct composing *to, const char *from, const char *outer,
                                const struct config_include *include, unsigned depth) {
    if (depth == INCLUDE_DEPTH_MAX || ++to->include_count > INCLUDES_MAX)
        return error_set(to->error, STATUS_LIMIT,
                         "%s: defaults name files that name files, more than %d deep or %d in all; "
                         "is it a circle?",
                         include->origin, INCLUDE_DEPTH_MAX, INCLUDES_MAX);
    struct config_choice *choice = choice_for(to, include);
    const char *option = choice ? choice->option : include->option;
    const char *name =
        include->group ? arena_format(to->arena, "%s/%s", include->group, option) : option;
    const char *package = include_package(to, name, outer);
    name += *name == '/';
    const char *path = from ? find_file(to, from, name) : NULL;
    if (choice)
        choice->taken = path != NULL;
    if (!path && choice)
        return STATUS_OK;
    if (!path)
        return error_set(to->error, STATUS_NOT_FOUND,
                         "%s: defaults name \"%s\", but there is no %s.yaml beside this file or in "
                         "a folder above it",
                         include->origin, name, name);
    return compose_file(to, path, package, depth + 1);
}

static enum status compose_document(struct composing *to, const char *path,
                                    const struct config_document *document, const char *package,
                                    unsigned depth) {
    package = document->package ? document->package : package;
    for (size_t i = 0; i <= document->include_count; i++) {
        if (i == document->self)
            TRY(take_entries(to, &document->entries, package));
        if (i < document->include_count)
            TRY(take_include(to, path, package, &document->includes[i], depth));
    }
    return STATUS_OK;
}

static enum status compose_file(struct composing *to, const char *path, const char *package,
                                unsigned depth) {
    char *text;
    size_t size;
    TRY(files_read(path, FILE_BYTES_MAX, to->arena, &text, &size, to->error));
    struct config_document document;
    TRY(config_yaml_parse(&document, path, text, size, to->arena, to->error));
    return compose_document(to, path, &document, package, depth);
}

enum status config_read(struct config *config, const char *path,
                        const struct config_choices *choices, struct arena *arena,
                        struct error *error) {
    struct composing to = {config, choices, arena, error, 0};
    return compose_file(&to, path, "", 0);
}

enum status config_parse(struct config *config, const char *name, const char *text, size_t size,
                         struct arena *arena, struct error *error) {
    if (size > FILE_BYTES_MAX)
        return error_set(error, STATUS_LIMIT, "%s: larger than %zu bytes", name, FILE_BYTES_MAX);
    struct composing to = {config, NULL, arena, error, 0};
    struct config_document document;
    TRY(config_yaml_parse(&document, name, text, size, arena, error));
    return compose_document(&to, NULL, &document, "", 0);
}

/* ---- ${...} ---- */

struct filling {
    const struct config *config;
    const struct settings *settings;
    const char *origin;
    struct arena *arena;
    struct error *error;
    char *text;
    size_t length, steps;
};

static enum status fill(struct filling *to, const char *text, unsigned depth);

__attribute__((format(printf, 3, 4))) static enum status
refuse(const struct filling *to, enum status status, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    const char *text = arena_format_list(to->arena, format, arguments);
    va_end(arguments);
    error_set(to->error, status, "%s", text);
    return to->origin ? error_prefix(to->error, "%s", to->origin) : status;
}

static enum status put(struct filling *to, const char *text, size_t length) {
    if (to->length + length >= FILL_BYTES_MAX)
        return refuse(to, STATUS_LIMIT, "a value with its ${...} filled in is longer than %d bytes",
                      FILL_BYTES_MAX);
    memcpy(to->text + to->length, text, length);
    to->length += length;
    return STATUS_OK;
}

static enum status fill_time(struct filling *to, const char *format) {
    char text[256];
    time_t now = time(NULL);
    struct tm parts;
    localtime_r(&now, &parts);
    size_t length = strftime(text, sizeof text, *format ? format : "%Y-%m-%d_%H-%M-%S", &parts);
    return put(to, text, length);
}

static enum status fill_environment(struct filling *to, const char *name) {
    size_t length = strcspn(name, ",");
    const char *otherwise = name[length] ? name + length + 1 : NULL;
    const char *value = getenv(arena_copy_length(to->arena, name, length));
    value = value ? value : otherwise;
    if (!value)
        return refuse(to, STATUS_NOT_FOUND, "${env:%.64s}: no such variable in the environment",
                      name);
    return put(to, value, strlen(value));
}

static enum status fill_key(struct filling *to, const char *key, unsigned depth) {
    const struct config_entry *entry = config_find(to->config, key);
    if (entry)
        return fill(to, entry->value, depth + 1);
    const char *value = to->settings ? settings_show(to->settings, key) : NULL;
    if (!value)
        return refuse(to, STATUS_BAD_INPUT, "${%.64s}: there is no such setting", key);
    return put(to, value, strlen(value));
}

/* `inside` stands between "${" and "}". */
static enum status fill_one(struct filling *to, const char *inside, unsigned depth) {
    if (depth == FILL_DEPTH_MAX || ++to->steps > FILL_STEPS_MAX)
        return refuse(to, STATUS_LIMIT, "${%.64s}: settings refer to each other in a circle",
                      inside);
    if (strncmp(inside, "now:", 4) == 0)
        return fill_time(to, inside + 4);
    if (strncmp(inside, "env:", 4) == 0)
        return fill_environment(to, inside + 4);
    if (strncmp(inside, "oc.env:", 7) == 0)
        return fill_environment(to, inside + 7);
    return fill_key(to, inside, depth);
}

static enum status fill(struct filling *to, const char *text, unsigned depth) {
    for (;;) {
        const char *start = strstr(text, "${");
        if (!start)
            return put(to, text, strlen(text));
        const char *end = strchr(start, '}');
        if (!end)
            return refuse(to, STATUS_BAD_INPUT, "\"%.64s\" has \"${\" without \"}\"", text);
        TRY(put(to, text, (size_t)(start - text)));
        const char *inside = arena_copy_length(to->arena, start + 2, (size_t)(end - start - 2));
        TRY(fill_one(to, inside, depth));
        text = end + 1;
    }
}

enum status config_value(const struct config *config, const struct config_entry *entry,
                         const struct settings *settings, struct arena *arena, const char **value,
                         struct error *error) {
    if (!strstr(entry->value, "${")) {
        *value = entry->value;
        return STATUS_OK;
    }
    struct filling to = {config, settings, entry->origin, arena, error, NULL, 0, 0};
    to.text = arena_alloc(arena, FILL_BYTES_MAX);
    TRY(fill(&to, entry->value, 0));
    *value = to.text;
    return STATUS_OK;
}

enum status config_apply(const struct config *config, struct settings *settings,
                         struct error *error) {
    struct arena *scratch = arena_scratch();
    enum status status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < config->count; i++) {
        const struct config_entry *entry = &config->entries[i];
        if (config_find(config, entry->key) != entry)
            continue; /* said again later */
        struct arena_position mark = arena_mark(scratch);
        const char *value;
        status = config_value(config, entry, settings, scratch, &value, error);
        if (status == STATUS_OK)
            status = settings_set(settings, entry->key, value, entry->origin, error);
        arena_reset(scratch, mark);
    }
    return status;
}
