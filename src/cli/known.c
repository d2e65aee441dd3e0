/* known.c: see known.h. Checked by tests/cli. */
#include "cli/known.h"

#include <string.h>

#include "cli/job.h"
#include "experiment/experiment.h"
#include "trackers/tracker.h"

#define UNBOUNDED 1e9 /* a bound that nobody reaches is not worth a word */

static const char *kind_name(enum setting_kind kind) {
    switch (kind) {
    case SETTING_INT:
        return "whole number";
    case SETTING_REAL:
        return "number";
    case SETTING_BOOL:
        return "true or false";
    case SETTING_TEXT:
        return "text";
    case SETTING_INT_LIST:
        return "list of whole numbers";
    case SETTING_REAL_LIST:
        return "list of numbers";
    case SETTING_TEXT_LIST:
        return "list";
    }
    return "";
}

const char *known_values(const struct setting_spec *spec, struct arena *arena) {
    if (spec->choices) {
        const char *words = "";
        for (const char *at = spec->choices; *at;) {
            int length = (int)strcspn(at, "|");
            words = arena_format(arena, "%s%s%.*s", words, *words ? ", " : "", length, at);
            at += length + (at[length] == '|');
        }
        return words;
    }
    const char *kind = kind_name(spec->kind);
    if (spec->max >= UNBOUNDED && spec->min > -UNBOUNDED)
        return arena_format(arena, "%s, %.10g or more", kind, spec->min);
    if ((spec->min != 0 || spec->max != 0) && spec->max < UNBOUNDED)
        return arena_format(arena, "%s, %.10g to %.10g", kind, spec->min, spec->max);
    return kind;
}

bool known_is_models(const char *key) { return strncmp(key, "model.", strlen("model.")) == 0; }

void known_add(struct settings *to, const struct settings *from, struct arena *arena) {
    struct setting_entry entry;
    for (size_t i = 0; settings_entry(from, i, &entry); i++) {
        struct setting_spec *table = ARENA_ARRAY(arena, struct setting_spec, 2);
        table[0] = *entry.spec;
        settings_add(to, table);
    }
}

struct settings *known_settings(const struct model_ops *first, struct arena *arena) {
    struct settings *all = settings_create(arena);
    if (first)
        known_add(all, experiment_settings_for(first, arena), arena);
    const struct model_ops *ops;
    for (size_t i = 0; (ops = model_at(i)); i++)
        known_add(all, experiment_settings_for(ops, arena), arena);
    settings_add(all, job_settings);
    settings_add(all, tracker_settings);
    return all;
}

/* "ease, item_knn": who knows the key; "" for nobody. */
static const char *owners(const char *key, struct arena *arena) {
    const char *list = "";
    const struct model_ops *ops;
    for (size_t i = 0; (ops = model_at(i)); i++)
        if (settings_knows(experiment_settings_for(ops, arena), key))
            list = arena_format(arena, "%s%s%s", list, *list ? ", " : "", ops->name);
    return list;
}

enum status known_refuse(const struct model_ops *ops, const char *key, struct settings *own,
                         struct error *error) {
    struct arena arena = {0};
    const char *who = owners(key, &arena);
    if (*who) {
        error_set(error, STATUS_BAD_USAGE,
                  "%s has no setting \"%.64s\" (a setting of %s); matinee models %s lists its own",
                  ops->name, key, who, ops->name);
    } else { /* refused by both, each with its nearest key; another model's is no help */
        struct error of_all;
        settings_set(known_settings(ops, &arena), key, "", NULL, &of_all);
        settings_set(own, key, "", NULL, error);
        if (strcmp(of_all.text, error->text) != 0)
            error_set(error, STATUS_BAD_USAGE,
                      "%s has no setting \"%.64s\"; matinee models %s lists its own", ops->name,
                      key, ops->name);
    }
    arena_release(&arena);
    return STATUS_BAD_USAGE;
}
