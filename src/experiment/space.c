/* space.c: see space.h. Checked by tests/experiment/test_space.c, fuzz/fuzz_space.c. */
#include "experiment/space.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Reading ---- */

/* The end of the element that begins at `at`: a comma outside of brackets and quotes, or the end;
 * NULL: something does not close. */
static const char *element_end(const char *at) {
    int depth = 0;
    char quote = '\0';
    for (; *at; at++) {
        if (quote)
            quote = *at == quote ? '\0' : quote;
        else if (*at == '"' || *at == '\'')
            quote = *at;
        else if (*at == '[')
            depth++;
        else if (*at == ']' && --depth < 0)
            return NULL;
        else if (*at == ',' && depth == 0)
            return at;
    }
    return depth == 0 && !quote ? at : NULL;
}

static enum status read_list(struct space_dimension *dimension, const char *text,
                             struct arena *arena, struct error *error) {
    const char **values = ARENA_ARRAY(arena, const char *, SPACE_VALUES_MAX);
    dimension->kind = SPACE_LIST;
    dimension->values = values;
    for (const char *at = text;; at++) {
        const char *end = element_end(at);
        if (!end)
            return error_set(error, STATUS_BAD_USAGE, "%s=%.64s: a bracket or quote does not close",
                             dimension->key, text);
        if (end == at && (*end || dimension->value_count > 0))
            return error_set(error, STATUS_BAD_USAGE, "%s=%.64s: nothing stands between two commas",
                             dimension->key, text);
        if (dimension->value_count == SPACE_VALUES_MAX)
            return error_set(error, STATUS_LIMIT, "%s has more than %d values", dimension->key,
                             SPACE_VALUES_MAX);
        values[dimension->value_count++] = arena_copy_length(arena, at, (size_t)(end - at));
        if (!*end)
            return STATUS_OK;
        at = end;
    }
}

static bool is_real(const char *text, size_t length) {
    for (size_t i = 0; i < length; i++)
        if (strchr(".eE", text[i]))
            return true;
    return false;
}

/* "LOW..HIGH", both numbers; false: it is something else. */
static bool read_range(struct space_dimension *dimension, const char *text) {
    const char *dots = strstr(text, "..");
    if (!dots || dots == text || !dots[2])
        return false;
    char low[64], *end;
    size_t length = (size_t)(dots - text);
    if (length >= sizeof low)
        return false;
    memcpy(low, text, length);
    low[length] = '\0';
    dimension->low = strtod(low, &end);
    if (*end || !isfinite(dimension->low))
        return false;
    dimension->high = strtod(dots + 2, &end);
    dimension->whole = !is_real(low, length) && !is_real(dots + 2, strlen(dots + 2));
    return !*end && isfinite(dimension->high);
}

static enum status read_dimension(struct space_dimension *dimension, const char *word,
                                  struct arena *arena, struct error *error) {
    static const char log_prefix[] = "log:";
    const char *equals = strchr(word, '=');
    if (!equals || equals == word)
        return error_set(error, STATUS_BAD_USAGE, "expected key=value, found \"%.64s\"", word);
    dimension->key = arena_copy_length(arena, word, (size_t)(equals - word));
    const char *text = equals + 1;
    bool is_log = strncmp(text, log_prefix, sizeof log_prefix - 1) == 0;
    const char *range = is_log ? text + sizeof log_prefix - 1 : text;
    if (!read_range(dimension, range)) {
        if (is_log)
            return error_set(error, STATUS_BAD_USAGE,
                             "%s: expected log:LOW..HIGH with two numbers, found \"%.64s\"",
                             dimension->key, text);
        return read_list(dimension, text, arena, error);
    }
    dimension->kind = is_log ? SPACE_LOG : SPACE_RANGE;
    if (dimension->low >= dimension->high)
        return error_set(error, STATUS_BAD_USAGE, "%s=%.64s: the lower end comes first",
                         dimension->key, text);
    if (is_log && dimension->low <= 0)
        return error_set(error, STATUS_BAD_USAGE, "%s=%.64s: a log range begins above 0",
                         dimension->key, text);
    return STATUS_OK;
}

enum status space_parse(struct space *space, const char *const *words, size_t count,
                        struct arena *arena, struct error *error) {
    *space = (struct space){ARENA_ARRAY(arena, struct space_dimension, count + 1), count};
    for (size_t i = 0; i < count; i++)
        TRY(read_dimension(&space->dimensions[i], words[i], arena, error));
    return STATUS_OK;
}

/* ---- Points ---- */

size_t space_size(const struct space *space) {
    size_t size = 1;
    for (size_t i = 0; i < space->count; i++) {
        if (space->dimensions[i].kind != SPACE_LIST)
            return 0;
        size *= space->dimensions[i].value_count;
        if (size > SPACE_POINTS_MAX)
            return SPACE_POINTS_MAX + 1;
    }
    return size;
}

const char *const *space_point(const struct space *space, size_t index, struct arena *arena) {
    const char **words = ARENA_ARRAY(arena, const char *, space->count + 1);
    for (size_t i = space->count; i-- > 0;) {
        const struct space_dimension *dimension = &space->dimensions[i];
        words[i] = arena_format(arena, "%s=%s", dimension->key,
                                dimension->values[index % dimension->value_count]);
        index /= dimension->value_count;
    }
    return words;
}

/* Rounded as it is written, and not beyond the ends. */
static const char *draw_number(const struct space_dimension *dimension, struct rng *rng,
                               struct arena *arena) {
    double low = dimension->low, high = dimension->high, share = rng_uniform(rng);
    double value;
    if (dimension->kind == SPACE_LOG)
        value = exp(log(low) + share * (log(high) - log(low)));
    else
        value = low + share * (high - low + (dimension->whole ? 1 : 0));
    if (dimension->whole) {
        value = dimension->kind == SPACE_LOG ? round(value) : floor(value);
        return arena_format(arena, "%s=%.0f", dimension->key, fmin(value, high));
    }
    char text[32];
    snprintf(text, sizeof text, "%.4g", value);
    value = strtod(text, NULL);
    if (value < low || value > high)
        return arena_format(arena, "%s=%.17g", dimension->key, value < low ? low : high);
    return arena_format(arena, "%s=%s", dimension->key, text);
}

const char *const *space_draw(const struct space *space, struct rng *rng, struct arena *arena) {
    const char **words = ARENA_ARRAY(arena, const char *, space->count + 1);
    for (size_t i = 0; i < space->count; i++) {
        const struct space_dimension *dimension = &space->dimensions[i];
        if (dimension->kind == SPACE_LIST)
            words[i] =
                arena_format(arena, "%s=%s", dimension->key,
                             dimension->values[rng_below(rng, (uint32_t)dimension->value_count)]);
        else
            words[i] = draw_number(dimension, rng, arena);
    }
    return words;
}
