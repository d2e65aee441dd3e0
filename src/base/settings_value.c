/* settings_value.c: text to typed values of a setting. See settings_value.h.
 *
 * Idea     A list is split into elements first; every element then goes through the same reader as
 *          a scalar, so bounds and choices are checked in one place.
 * Forms    Integers may be written with an exponent ("1e9"), so that such a number is refused for
 *          its size and not for its spelling. Lists are "[a,b]" or "a,b"; text elements may stand
 *          in quotes. true/yes/on/1 and false/no/off/0 are booleans. Choices forgive case and
 *          "-" for "_".
 * Traps    strtod and printf follow the locale of the program that has loaded libmatinee; numbers
 *          here are always those of the "C" locale.
 * Checked  tests/base/test_settings.c, fuzz/fuzz_settings.c. */
#include "base/settings_value.h"

#include <ctype.h>
#include <errno.h>
#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/assert.h"

#define LIST_MAX 4096
#define SHOWN_MAX 64 /* how much of a wrong value an error repeats */

static locale_t number_locale;
static pthread_once_t number_locale_once = PTHREAD_ONCE_INIT;

static void number_locale_create(void) { number_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0); }

static bool parse_real(const char *text, double *out) {
    pthread_once(&number_locale_once, number_locale_create);
    if (!*text || text[strspn(text, "0123456789+-.eE")])
        return false; /* also keeps out "inf", "nan" and hexadecimal */
    char *end;
    *out = strtod_l(text, &end, number_locale);
    *out = *out == 0 ? 0 : *out; /* -0 is 0 */
    return *end == '\0' && isfinite(*out);
}

static bool parse_int(const char *text, int64_t *out) {
    if (!*text || text[strspn(text, "0123456789+-.eE")])
        return false;
    errno = 0;
    char *end;
    *out = strtoll(text, &end, 10);
    if (*end == '\0')
        return errno == 0;
    double real;
    if (!parse_real(text, &real) || fabs(real) > 9007199254740992.0 || real != floor(real))
        return false;
    *out = (int64_t)real;
    return true;
}

static bool parse_bool(const char *text, int64_t *out) {
    static const char *const words[][4] = {{"false", "no", "off", "0"}, {"true", "yes", "on", "1"}};
    for (int truth = 0; truth < 2; truth++)
        for (int i = 0; i < 4; i++)
            if (strcasecmp(text, words[truth][i]) == 0) {
                *out = truth;
                return true;
            }
    return false;
}

/* The shortest text that reads back as the same double; without an exponent where that is usual. */
static char *format_real(double value, struct arena *arena) {
    pthread_once(&number_locale_once, number_locale_create);
    locale_t before = uselocale(number_locale);
    char text[64];
    int digits = 0; /* behind the first one */
    do
        snprintf(text, sizeof text, "%.*e", digits, value);
    while (strtod(text, NULL) != value && digits++ < 16);
    int exponent = (int)strtol(strchr(text, 'e') + 1, NULL, 10);
    if (exponent >= -5 && exponent < 15)
        snprintf(text, sizeof text, "%.*f", digits > exponent ? digits - exponent : 0, value);
    else
        snprintf(text, sizeof text, "%.*g", digits + 1, value);
    uselocale(before);
    return arena_copy(arena, text);
}

/* Length of the UTF-8 sequence at `text` (RFC 3629), 0 if it is not one. */
static size_t utf8_length(const unsigned char *text) {
    if (text[0] < 0x80)
        return 1;
    size_t length = text[0] >= 0xf0 ? 4 : text[0] >= 0xe0 ? 3 : 2;
    /* The second byte's range keeps out overlong forms, surrogates and what lies past U+10FFFF. */
    unsigned low = text[0] == 0xe0 ? 0xa0 : text[0] == 0xf0 ? 0x90 : 0x80;
    unsigned high = text[0] == 0xed ? 0x9f : text[0] == 0xf4 ? 0x8f : 0xbf;
    if (text[0] < 0xc2 || text[0] > 0xf4 || text[1] < low || text[1] > high)
        return 0;
    for (size_t i = 2; i < length; i++)
        if ((text[i] & 0xc0) != 0x80)
            return 0;
    return length;
}

static bool is_printable_utf8(const char *text) {
    const unsigned char *at = (const unsigned char *)text;
    while (*at) {
        size_t length = utf8_length(at);
        if (length == 0 || *at < 0x20 || *at == 0x7f)
            return false;
        at += length;
    }
    return true;
}

/* What was typed, fit to print in an error. */
static const char *shown(const char *text, struct arena *arena) {
    if (!is_printable_utf8(text))
        return "text that is not printable UTF-8";
    size_t length = strlen(text);
    if (length <= SHOWN_MAX)
        return arena_format(arena, "\"%s\"", text);
    size_t cut = SHOWN_MAX;
    while (((unsigned char)text[cut] & 0xc0) == 0x80)
        cut--;
    return arena_format(arena, "\"%.*s...\"", (int)cut, text);
}

static enum status refuse(const struct setting_spec *spec, const char *expected, const char *text,
                          struct error *error) {
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    enum status status = error_set(error, STATUS_BAD_USAGE, "%s must be %s, found %s", spec->key,
                                   expected, shown(text, scratch));
    arena_reset(scratch, mark);
    return status;
}

/* Bounds from 1e15 on are limits of the type, not of the setting: they are not said. */
static enum status check_bounds(const struct setting_spec *spec, double value, const char *text,
                                struct error *error) {
    if ((spec->min == 0 && spec->max == 0) || (value >= spec->min && value <= spec->max))
        return STATUS_OK;
    char expected[96];
    if (spec->max >= 1e15)
        snprintf(expected, sizeof expected, "at least %.10g", spec->min);
    else if (spec->min <= -1e15)
        snprintf(expected, sizeof expected, "at most %.10g", spec->max);
    else
        snprintf(expected, sizeof expected, "between %.10g and %.10g", spec->min, spec->max);
    return refuse(spec, expected, text, error);
}

static bool choice_matches(const char *choice, size_t length, const char *text) {
    for (size_t i = 0; i < length; i++) {
        int a = tolower((unsigned char)choice[i]), b = tolower((unsigned char)text[i]);
        if ((a == '-' ? '_' : a) != (b == '-' ? '_' : b))
            return false; /* also at the end of text */
    }
    return text[length] == '\0';
}

struct choice_list {
    const char *choices;
    char word[64];
};

/* The index-th of "a|b|c", for settings_nearest. */
static const char *choice_at(void *context, size_t index) {
    struct choice_list *list = context;
    const char *at = list->choices;
    for (; index > 0 && at; index--) {
        at = strchr(at, '|');
        at = at ? at + 1 : NULL;
    }
    if (!at)
        return NULL;
    snprintf(list->word, sizeof list->word, "%.*s", (int)strcspn(at, "|"), at);
    return list->word;
}

static enum status refuse_choice(const struct setting_spec *spec, const char *text,
                                 struct error *error) {
    char expected[640];
    size_t used = (size_t)snprintf(expected, sizeof expected, "one of ");
    for (const char *at = spec->choices; *at && used + 2 < sizeof expected; at++) {
        if (*at == '|') {
            expected[used++] = ',';
            expected[used++] = ' ';
        } else {
            expected[used++] = *at;
        }
    }
    expected[used] = '\0';
    refuse(spec, expected, text, error);
    struct choice_list list = {.choices = spec->choices};
    const char *nearest = settings_nearest(text, choice_at, &list);
    if (nearest) {
        size_t length = strlen(error->text);
        snprintf(error->text + length, sizeof error->text - length, "; did you mean \"%s\"?",
                 nearest);
    }
    return error->status;
}

static enum status parse_text(const struct setting_spec *spec, const char *text, const char **out,
                              size_t *choice, struct arena *arena, struct error *error) {
    *choice = 0;
    if (!is_printable_utf8(text))
        return refuse(spec, "printable text in UTF-8", text, error);
    if (!spec->choices) {
        *out = arena_copy(arena, text);
        return STATUS_OK;
    }
    for (const char *at = spec->choices;; (*choice)++) {
        size_t length = strcspn(at, "|");
        if (choice_matches(at, length, text)) {
            *out = arena_copy_length(arena, at, length);
            return STATUS_OK;
        }
        if (at[length] == '\0')
            return refuse_choice(spec, text, error);
        at += length + 1;
    }
}

static enum setting_kind element_kind(enum setting_kind kind) {
    switch (kind) {
    case SETTING_INT_LIST:
        return SETTING_INT;
    case SETTING_REAL_LIST:
        return SETTING_REAL;
    case SETTING_TEXT_LIST:
        return SETTING_TEXT;
    default:
        return kind;
    }
}

/* The arrays that a value is made of while it is being read. */
struct building {
    int64_t *ints;
    double *reals;
    const char **texts;
    size_t *choices;
};

static enum status parse_element(struct building *to, size_t index, const struct setting_spec *spec,
                                 const char *text, struct arena *arena, struct error *error) {
    bool list = element_kind(spec->kind) != spec->kind;
    switch (element_kind(spec->kind)) {
    case SETTING_INT:
        if (!parse_int(text, &to->ints[index]))
            return refuse(spec, list ? "a list of integers" : "an integer", text, error);
        return check_bounds(spec, (double)to->ints[index], text, error);
    case SETTING_REAL:
        if (!parse_real(text, &to->reals[index]))
            return refuse(spec, list ? "a list of numbers" : "a number", text, error);
        return check_bounds(spec, to->reals[index], text, error);
    case SETTING_BOOL:
        if (!parse_bool(text, &to->ints[index]))
            return refuse(spec, "true or false", text, error);
        return STATUS_OK;
    default:
        return parse_text(spec, text, &to->texts[index], &to->choices[index], arena, error);
    }
}

/* An element of a list as canonical text; quoted where it would not read back as itself. */
static const char *format_element(const struct building *from, size_t index, enum setting_kind kind,
                                  struct arena *arena) {
    switch (kind) {
    case SETTING_INT:
        return arena_format(arena, "%lld", (long long)from->ints[index]);
    case SETTING_REAL:
        return format_real(from->reals[index], arena);
    case SETTING_BOOL:
        return from->ints[index] ? "true" : "false";
    default:
        break;
    }
    const char *text = from->texts[index];
    size_t length = strlen(text);
    bool plain =
        length > 0 && !strpbrk(text, ",[]\"'\\") && text[0] != ' ' && text[length - 1] != ' ';
    if (plain)
        return text;
    char *quoted = arena_alloc(arena, 2 * length + 3), *at = quoted;
    *at++ = '"';
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '"' || text[i] == '\\')
            *at++ = '\\';
        *at++ = text[i];
    }
    *at = '"';
    return quoted;
}

static const char *format_list(const struct building *from, size_t count, enum setting_kind kind,
                               struct arena *arena) {
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    const char **parts = ARENA_ARRAY(scratch, const char *, count + 1);
    size_t bytes = 3;
    for (size_t i = 0; i < count; i++) {
        parts[i] = format_element(from, i, kind, scratch);
        bytes += strlen(parts[i]) + 1;
    }
    char *text = arena_alloc(arena, bytes), *at = text;
    *at++ = '[';
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            *at++ = ',';
        size_t length = strlen(parts[i]);
        memcpy(at, parts[i], length);
        at += length;
    }
    *at = ']';
    arena_reset(scratch, mark);
    return text;
}

/* Takes one element off *at, up to a comma or the end, unquoted and trimmed; false: an open quote
 * or something behind a closing one. */
static bool next_element(const char **at, const char *end, char *out) {
    const char *from = *at;
    while (from < end && *from == ' ')
        from++;
    char quote = from < end && (*from == '"' || *from == '\'') ? *from++ : '\0';
    char *to = out;
    while (from < end && (quote ? *from != quote : *from != ',')) {
        if (quote == '"' && *from == '\\' && from + 1 < end)
            from++;
        *to++ = *from++;
    }
    if (quote) {
        if (from == end)
            return false;
        from++;
        while (from < end && *from == ' ')
            from++;
    } else {
        while (to > out && to[-1] == ' ')
            to--;
    }
    *to = '\0';
    *at = from;
    return from == end || *from == ',';
}

/* Cuts "[a, 'b', c]" or "a,b,c" into elements, which live in `arena`. */
static enum status split_list(const struct setting_spec *spec, const char *text,
                              const char ***elements, size_t *count, struct arena *arena,
                              struct error *error) {
    const char *at = text + strspn(text, " "), *end = text + strlen(text);
    while (end > at && end[-1] == ' ')
        end--;
    if (at < end && *at == '[') {
        if (end[-1] != ']' || end - at < 2)
            return refuse(spec, "a list such as [a,b]", text, error);
        at++;
        end--;
        at += strspn(at, " ");
    }
    *count = 0;
    *elements = ARENA_ARRAY(arena, const char *, LIST_MAX);
    if (at >= end)
        return STATUS_OK;
    for (;;) {
        char *element = arena_alloc(arena, (size_t)(end - at) + 1);
        if (*count == LIST_MAX)
            return error_set(error, STATUS_BAD_USAGE, "%s has more than %d elements", spec->key,
                             LIST_MAX);
        if (!next_element(&at, end, element))
            return refuse(spec, "a list such as [a,b]", text, error);
        (*elements)[(*count)++] = element;
        if (at == end)
            return STATUS_OK;
        at++;
    }
}

static struct building build(size_t count, enum setting_kind kind, struct arena *arena) {
    struct building to = {0};
    if (kind == SETTING_INT || kind == SETTING_BOOL) {
        to.ints = ARENA_ARRAY(arena, int64_t, count);
    } else if (kind == SETTING_REAL) {
        to.reals = ARENA_ARRAY(arena, double, count);
    } else {
        to.texts = ARENA_ARRAY(arena, const char *, count);
        to.choices = ARENA_ARRAY(arena, size_t, count);
    }
    return to;
}

static struct settings_value built(const struct building *from, size_t count,
                                   enum setting_kind kind, const char *text) {
    struct settings_value value = {.text = text, .count = count, .choices = from->choices};
    if (kind == SETTING_INT || kind == SETTING_BOOL)
        value.ints = from->ints;
    else if (kind == SETTING_REAL)
        value.reals = from->reals;
    else
        value.texts = from->texts;
    return value;
}

enum status settings_value_parse(struct settings_value *value, const struct setting_spec *spec,
                                 const char *text, struct arena *arena, struct error *error) {
    enum setting_kind kind = element_kind(spec->kind);
    bool list = kind != spec->kind;
    /* "" is the absent number or choice where the row's default is absent too. */
    bool may_be_absent =
        (!spec->value || !spec->value[0]) && (kind != SETTING_TEXT || spec->choices);
    if (!list && text[0] == '\0' && may_be_absent) {
        *value = (struct settings_value){.text = ""};
        return STATUS_OK;
    }
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    const char **elements = &text;
    size_t count = 1;
    enum status status = STATUS_OK;
    if (list)
        status = split_list(spec, text, &elements, &count, scratch, error);
    struct building to = {0};
    if (status == STATUS_OK)
        to = build(count, kind, arena);
    for (size_t i = 0; status == STATUS_OK && i < count; i++)
        status = parse_element(&to, i, spec, elements[i], arena, error);
    arena_reset(scratch, mark);
    TRY(status);
    const char *canonical = list                   ? format_list(&to, count, kind, arena)
                            : kind == SETTING_TEXT ? to.texts[0]
                                                   : format_element(&to, 0, kind, arena);
    *value = built(&to, count, kind, canonical);
    return STATUS_OK;
}

struct settings_value settings_value_copy(const struct settings_value *value,
                                          enum setting_kind kind, struct arena *arena) {
    kind = element_kind(kind);
    struct building to = build(value->count, kind, arena);
    for (size_t i = 0; i < value->count; i++) {
        if (kind == SETTING_INT || kind == SETTING_BOOL) {
            to.ints[i] = value->ints[i];
        } else if (kind == SETTING_REAL) {
            to.reals[i] = value->reals[i];
        } else {
            to.texts[i] = arena_copy(arena, value->texts[i]);
            to.choices[i] = value->choices[i];
        }
    }
    return built(&to, value->count, kind, arena_copy(arena, value->text));
}
