/* dataset_find.c: genres and films by what people type. dataset_genre and dataset_find_item of
 * dataset.h. Checked by tests/dataset/test_find.c. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "dataset/dataset.h"
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

/* Where the trailing " (1995)" begins; the length if there is none. */
static size_t length_without_year(const char *title) {
    size_t length = strlen(title);
    const char *open = strrchr(title, '(');
    if (!open || open == title || title[length - 1] != ')' || !isdigit((unsigned char)open[1]))
        return length;
    length = (size_t)(open - title);
    while (length > 0 && title[length - 1] == ' ')
        length--;
    return length;
}

/* The title without its year, in lower case, "Matrix, The" as "the matrix". */
static void plain_title(const char *title, char plain[TITLE_BYTES]) {
    static const char *const articles[] = {", the", ", a", ", an"};
    size_t length = length_without_year(title), lead = 0;
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

uint32_t dataset_find_item(const struct dataset *dataset, const char *id_or_title) {
    uint32_t item = id_map_find(&dataset->items, id_or_title, strlen(id_or_title));
    if (item != DATASET_NONE)
        return item;
    uint32_t count = dataset->items.count, without_year = DATASET_NONE, beginning = DATASET_NONE;
    bool has_year = length_without_year(id_or_title) != strlen(id_or_title);
    size_t beginnings = 0;
    char wanted[TITLE_BYTES], plain[TITLE_BYTES];
    plain_title(id_or_title, wanted);
    size_t wanted_length = strlen(wanted);
    for (item = 0; item < count; item++) {
        const char *title = dataset->movies[item].title;
        if (strcasecmp(title, id_or_title) == 0)
            return item;
        plain_title(title, plain);
        /* With a year in the question, films of another year are no answer. */
        if (has_year && strcasecmp(strrchr(id_or_title, '('),
                                   strrchr(title, '(') ? strrchr(title, '(') : "") != 0)
            continue;
        if (strcmp(plain, wanted) == 0 && without_year == DATASET_NONE)
            without_year = item;
        if (wanted_length > 0 && strncmp(plain, wanted, wanted_length) == 0) {
            beginning = item;
            beginnings++;
        }
    }
    if (without_year != DATASET_NONE)
        return without_year;
    return beginnings == 1 ? beginning : DATASET_NONE;
}
