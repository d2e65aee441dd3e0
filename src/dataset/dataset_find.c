/* dataset_find.c: genres and films by what people type. dataset_genre and
 * dataset_find_item of dataset.h. Checked by tests/dataset/test_find.c. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "dataset/dataset.h"
#include "dataset/film_text.h"
#include "dataset/genre_key.h"

#define TITLE_BYTES 512

uint32_t dataset_genre(const struct dataset *dataset, const char *name) {
    char wanted[GENRE_KEY_BYTES], key[GENRE_KEY_BYTES];
    genre_key(name, strlen(name), wanted);
    for (uint32_t genre = 0; genre < dataset->genre_count; genre++) {
        genre_key(dataset->genres[genre], strlen(dataset->genres[genre]), key);
        if (strcmp(wanted, key) == 0)
            return genre;
    }
    return DATASET_NONE;
}

/* The title without its year, in lower case, "Matrix, The" as "the matrix". */
static void plain_title(const char *title, char plain[TITLE_BYTES]) {
    static const char *const articles[] = {", the", ", a", ", an"};
    size_t length = film_text_title_length(title), lead = 0;
    length = length < TITLE_BYTES - 8 ? length : TITLE_BYTES - 8;
    for (size_t i = 0; i < sizeof articles / sizeof articles[0] && lead == 0; i++) {
        size_t tail = strlen(articles[i]);
        if (length > tail && strncasecmp(title + length - tail, articles[i], tail) == 0) {
            memcpy(plain, articles[i] + 2, tail - 2);
            plain[tail - 2] = ' ';
            lead = tail - 1;
            length -= tail;
        }
    }
    for (size_t i = 0; i < length; i++)
        plain[lead + i] = (char)tolower((unsigned char)title[i]);
    plain[lead + length] = '\0';
}

/* How well a title answers to what was typed; more is better. */
enum match { MATCH_NONE, MATCH_PART, MATCH_BEGINNING, MATCH_WITHOUT_ARTICLE, MATCH_PLAIN };

/* What was typed, as titles are compared. */
struct wanted {
    char plain[TITLE_BYTES];
    size_t length;
    const char *year; /* "(1995)" as typed; NULL: not said */
};

static struct wanted wanted_of(const char *typed) {
    struct wanted wanted;
    plain_title(typed, wanted.plain);
    wanted.length = strlen(wanted.plain);
    const bool has_year = film_text_title_length(typed) != strlen(typed);
    wanted.year = has_year ? strrchr(typed, '(') : NULL;
    return wanted;
}

static const char *without_article(const char *plain) {
    static const char *const articles[] = {"the ", "a ", "an "};
    for (size_t i = 0; i < sizeof articles / sizeof articles[0]; i++)
        if (strncmp(plain, articles[i], strlen(articles[i])) == 0)
            return plain + strlen(articles[i]);
    return plain;
}

/* Whether the words stand in the title: from the beginning of a word to the end of one. */
static bool has_words(const char *plain, const struct wanted *wanted) {
    for (const char *at = plain; (at = strstr(at, wanted->plain)); at++)
        if ((at == plain || !isalnum((unsigned char)at[-1])) &&
            !isalnum((unsigned char)at[wanted->length]))
            return true;
    return false;
}

static enum match match_title(const char *title, const struct wanted *wanted) {
    char plain[TITLE_BYTES];
    const char *year = strrchr(title, '(');
    /* With a year in the question, films of another year are no answer. */
    if (wanted->length == 0 || (wanted->year && strcasecmp(wanted->year, year ? year : "") != 0))
        return MATCH_NONE;
    plain_title(title, plain);
    const char *bare = without_article(plain);
    if (strcmp(plain, wanted->plain) == 0)
        return MATCH_PLAIN;
    if (strcmp(bare, wanted->plain) == 0)
        return MATCH_WITHOUT_ARTICLE;
    if (strncmp(plain, wanted->plain, wanted->length) == 0 ||
        strncmp(bare, wanted->plain, wanted->length) == 0)
        return MATCH_BEGINNING;
    return has_words(plain, wanted) ? MATCH_PART : MATCH_NONE;
}

uint32_t dataset_find_item(const struct dataset *dataset, const char *id_or_title) {
    uint32_t item = id_map_find(&dataset->items, id_or_title, strlen(id_or_title));
    if (item != DATASET_NONE)
        return item;
    const struct wanted wanted = wanted_of(id_or_title);
    enum match best = MATCH_NONE;
    uint32_t found = DATASET_NONE;
    size_t count = 0;
    for (item = 0; item < dataset->items.count; item++) {
        const char *title = dataset->movies[item].title;
        if (strcasecmp(title, id_or_title) == 0)
            return item;
        const enum match match = match_title(title, &wanted);
        if (match > best) {
            best = match;
            found = item;
            count = 0;
        }
        count += match == best;
    }
    return best >= MATCH_WITHOUT_ARTICLE || (best != MATCH_NONE && count == 1) ? found
                                                                               : DATASET_NONE;
}
