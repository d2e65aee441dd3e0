/* settings.c: the open set of tables and their values. See settings.h.
 *
 * Idea     A growing array of rows; looking one up walks it. There are some hundred rows, read when
 *          a model is created, never in a loop.
 * Traps    A key is looked for among the keys first and among the aliases after that, so that an
 *          alias of one table can never hide a key of another.
 * Checked  tests/base/test_settings.c, fuzz/fuzz_settings.c. */
#include "base/settings.h"

#include <math.h>
#include <string.h>

#include "base/assert.h"
#include "base/settings_value.h"

struct row {
    const struct setting_spec *spec;
    struct settings_value value;
    bool is_set;
};

struct settings {
    struct arena *arena;
    struct row *rows;
    size_t count, capacity;
};

struct settings *settings_create(struct arena *arena) {
    ASSERT(arena != arena_scratch()); /* values would go with the next reset of a mark */
    struct settings *settings = ARENA_NEW(arena, struct settings);
    settings->arena = arena;
    return settings;
}

static bool has_alias(const struct setting_spec *spec, const char *name) {
    size_t length = strlen(name);
    for (const char *at = spec->aliases; at && *at;) {
        size_t alias_length = strcspn(at, "|");
        if (alias_length == length && memcmp(at, name, length) == 0)
            return true;
        at += alias_length;
        at += *at == '|';
    }
    return false;
}

static struct row *find(const struct settings *settings, const char *key) {
    for (size_t i = 0; i < settings->count; i++)
        if (strcmp(settings->rows[i].spec->key, key) == 0)
            return &settings->rows[i];
    for (size_t i = 0; i < settings->count; i++)
        if (has_alias(settings->rows[i].spec, key))
            return &settings->rows[i];
    return NULL;
}

/* A default of ours that does not parse is a mistake in a table. */
static struct settings_value parse_default(const struct setting_spec *spec, const char *text,
                                           struct arena *arena) {
    struct settings_value value;
    struct error error;
    if (settings_value_parse(&value, spec, text, arena, &error) != STATUS_OK)
        assert_failed(error.text, __FILE__, __LINE__);
    return value;
}

void settings_add(struct settings *settings, const struct setting_spec *table) {
    for (const struct setting_spec *spec = table; spec && spec->key; spec++) {
        bool is_there = false;
        for (size_t i = 0; i < settings->count && !is_there; i++)
            is_there = strcmp(settings->rows[i].spec->key, spec->key) == 0;
        if (is_there)
            continue;
        if (settings->count == settings->capacity) {
            settings->capacity = settings->capacity ? 2 * settings->capacity : 64;
            struct row *rows = ARENA_ARRAY(settings->arena, struct row, settings->capacity);
            if (settings->count > 0)
                memcpy(rows, settings->rows, settings->count * sizeof *rows);
            settings->rows = rows;
        }
        settings->rows[settings->count++] = (struct row){
            .spec = spec,
            .value = parse_default(spec, spec->value ? spec->value : "", settings->arena)};
    }
}

/* Every name that could have been meant: keys, their last parts, aliases; each beside its key. */
struct candidates {
    const char **names, **keys;
    size_t count, capacity;
    bool dotted;
};

static void candidate_add(struct candidates *to, const char *name, const char *key) {
    if (to->dotted && !strchr(name, '.'))
        return;
    ASSERT(to->count < to->capacity);
    to->names[to->count] = name;
    to->keys[to->count++] = key;
}

/* With `dotted` only names that have a dot: "model" is no answer to "model.k". */
static struct candidates candidates_of(const struct settings *settings, bool dotted,
                                       struct arena *arena) {
    struct candidates all = {.capacity = 2 * settings->count, .dotted = dotted};
    for (size_t i = 0; i < settings->count; i++)
        for (const char *at = settings->rows[i].spec->aliases; at; at = strchr(at + 1, '|'))
            all.capacity++;
    all.names = ARENA_ARRAY(arena, const char *, all.capacity + 1);
    all.keys = ARENA_ARRAY(arena, const char *, all.capacity + 1);
    for (size_t i = 0; i < settings->count; i++) {
        const struct setting_spec *spec = settings->rows[i].spec;
        candidate_add(&all, spec->key, spec->key);
        const char *dot = strrchr(spec->key, '.');
        if (dot)
            candidate_add(&all, dot + 1, spec->key);
        for (const char *at = spec->aliases; at && *at;) {
            size_t length = strcspn(at, "|");
            candidate_add(&all, arena_copy_length(arena, at, length), spec->key);
            at += length;
            at += *at == '|';
        }
    }
    return all;
}

static const char *candidate_at(void *context, size_t index) {
    const struct candidates *all = context;
    return index < all->count ? all->names[index] : NULL;
}

static const char *candidate_key(const struct candidates *all, const char *wanted) {
    const char *name = settings_nearest(wanted, candidate_at, (void *)all);
    for (size_t i = 0; name && i < all->count; i++)
        if (all->names[i] == name)
            return all->keys[i];
    return NULL;
}

static enum status refuse_key(const struct settings *settings, const char *key,
                              struct error *error) {
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    const char *dot = strrchr(key, '.');
    struct candidates all = candidates_of(settings, dot != NULL, scratch);
    const char *nearest = candidate_key(&all, key);
    if (!nearest && dot) {
        all = candidates_of(settings, false, scratch);
        nearest = candidate_key(&all, dot + 1);
    }
    bool is_option = strncmp(key, "--", 2) == 0;
    const char *kind = is_option ? "option" : "setting";
    if (nearest)
        error_set(error, STATUS_BAD_USAGE, "unknown %s \"%.64s\"; did you mean \"%s\"?", kind, key,
                  nearest);
    else
        error_set(error, STATUS_BAD_USAGE, "unknown %s \"%.64s\"; %s lists them", kind, key,
                  is_option ? "--help" : "`matinee models NAME`");
    arena_reset(scratch, mark);
    return STATUS_BAD_USAGE;
}

static enum status with_origin(const char *origin, struct error *error) {
    return origin && *origin ? error_prefix(error, "%s", origin) : error->status;
}

enum status settings_set(struct settings *settings, const char *key, const char *value,
                         const char *origin, struct error *error) {
    struct row *row = find(settings, key);
    if (!row) {
        refuse_key(settings, key, error);
        return with_origin(origin, error);
    }
    struct settings_value parsed;
    if (settings_value_parse(&parsed, row->spec, value, settings->arena, error) != STATUS_OK)
        return with_origin(origin, error);
    row->value = parsed;
    row->is_set = true;
    return STATUS_OK;
}

enum status settings_set_pair(struct settings *settings, const char *pair, const char *origin,
                              struct error *error) {
    const char *equals = strchr(pair, '=');
    if (!equals || equals == pair) {
        error_set(error, STATUS_BAD_USAGE, "expected key=value, found \"%.64s\"", pair);
        return with_origin(origin, error);
    }
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    const char *key = arena_copy_length(scratch, pair, (size_t)(equals - pair));
    enum status status = settings_set(settings, key, equals + 1, origin, error);
    arena_reset(scratch, mark);
    return status;
}

/* The row of a key that the program itself asks for. */
static struct row *row_of(const struct settings *settings, const char *key) {
    struct row *row = find(settings, key);
    if (!row) {
        const char *text = arena_format(arena_scratch(), "a table has the setting %s", key);
        assert_failed(text, __FILE__, __LINE__);
    }
    return row;
}

static const struct settings_value *value_of(const struct settings *settings, const char *key,
                                             enum setting_kind kind) {
    const struct row *row = row_of(settings, key);
    if (row->spec->kind != kind) {
        const char *text = arena_format(arena_scratch(), "%s is asked for as its own kind", key);
        assert_failed(text, __FILE__, __LINE__);
    }
    return &row->value;
}

void settings_default(struct settings *settings, const char *key, const char *value) {
    struct row *row = row_of(settings, key);
    if (!row->is_set)
        row->value = parse_default(row->spec, value, settings->arena);
}

bool settings_is_set(const struct settings *settings, const char *key) {
    return row_of(settings, key)->is_set;
}

bool settings_knows(const struct settings *settings, const char *key) {
    return find(settings, key) != NULL;
}

int64_t settings_int(const struct settings *settings, const char *key) {
    const struct settings_value *value = value_of(settings, key, SETTING_INT);
    return value->count ? value->ints[0] : 0;
}

double settings_real(const struct settings *settings, const char *key) {
    const struct settings_value *value = value_of(settings, key, SETTING_REAL);
    return value->count ? value->reals[0] : (double)NAN;
}

bool settings_bool(const struct settings *settings, const char *key) {
    const struct settings_value *value = value_of(settings, key, SETTING_BOOL);
    return value->count && value->ints[0] != 0;
}

const char *settings_text(const struct settings *settings, const char *key) {
    return value_of(settings, key, SETTING_TEXT)->text;
}

size_t settings_int_list(const struct settings *settings, const char *key, const int64_t **values) {
    const struct settings_value *value = value_of(settings, key, SETTING_INT_LIST);
    *values = value->ints;
    return value->count;
}

size_t settings_real_list(const struct settings *settings, const char *key, const double **values) {
    const struct settings_value *value = value_of(settings, key, SETTING_REAL_LIST);
    *values = value->reals;
    return value->count;
}

size_t settings_text_list(const struct settings *settings, const char *key,
                          const char *const **values) {
    const struct settings_value *value = value_of(settings, key, SETTING_TEXT_LIST);
    *values = value->texts;
    return value->count;
}

size_t settings_choice(const struct settings *settings, const char *key) {
    const struct settings_value *value = value_of(settings, key, SETTING_TEXT);
    ASSERT(value->count == 1 && value->choices);
    return value->choices[0];
}

const struct setting_spec *settings_spec(const struct settings *settings, const char *key) {
    const struct row *row = find(settings, key);
    return row ? row->spec : NULL;
}

const char *settings_show(const struct settings *settings, const char *key) {
    const struct row *row = find(settings, key);
    return row ? row->value.text : NULL;
}

bool settings_entry(const struct settings *settings, size_t index, struct setting_entry *entry) {
    if (index >= settings->count)
        return false;
    const struct row *row = &settings->rows[index];
    *entry = (struct setting_entry){row->spec, row->value.text, row->is_set};
    return true;
}

struct settings *settings_copy(const struct settings *settings, struct arena *arena) {
    struct settings *copy = settings_create(arena);
    copy->rows = ARENA_ARRAY(arena, struct row, settings->count + 1);
    copy->count = settings->count;
    copy->capacity = settings->count + 1;
    for (size_t i = 0; i < settings->count; i++) {
        const struct row *row = &settings->rows[i];
        copy->rows[i] = (struct row){
            row->spec, settings_value_copy(&row->value, row->spec->kind, arena), row->is_set};
    }
    return copy;
}
