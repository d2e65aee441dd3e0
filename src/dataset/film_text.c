/* film_text.c: see film_text.h. Checked by tests/dataset/test_film_text.c. */
#include "dataset/film_text.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/buffer.h"

size_t film_text_title_length(const char *title) {
    size_t length = strlen(title);
    const char *open = strrchr(title, '(');
    if (!open || open == title || title[length - 1] != ')' || !isdigit((unsigned char)open[1]))
        return length;
    length = (size_t)(open - title);
    while (length > 0 && title[length - 1] == ' ')
        length--;
    return length;
}

/* The film's tags; *count is how many. */
static const struct movie_tag *tags_of(const struct dataset *dataset, uint32_t item,
                                       size_t *count) {
    *count = 0;
    if (!dataset->tag_offsets)
        return NULL;
    *count = (size_t)(dataset->tag_offsets[item + 1] - dataset->tag_offsets[item]);
    return dataset->movie_tags + dataset->tag_offsets[item];
}

/* "Matrix, The (1999)" as "The Matrix". */
static void add_spoken_title(struct buffer *text, const char *title) {
    static const char *const articles[] = {", The", ", A", ", An"};
    size_t length = film_text_title_length(title);
    for (size_t i = 0; i < sizeof articles / sizeof *articles; i++) {
        const size_t tail = strlen(articles[i]);
        if (length > tail && strncasecmp(title + length - tail, articles[i], tail) == 0) {
            buffer_format(text, "%s ", articles[i] + 2);
            length -= tail;
            break;
        }
    }
    buffer_bytes(text, title, length);
}

static void add_genres(struct buffer *text, const struct dataset *dataset, uint64_t genres) {
    const char *before = ". Genres: ";
    for (uint32_t g = 0; g < dataset->genre_count; g++) {
        const char *name = dataset->genres[g];
        if (!(genres >> g & 1) || *name == '(' || strcasecmp(name, "unknown") == 0)
            continue;
        buffer_format(text, "%s%s", before, name);
        before = ", ";
    }
}

const char *film_text_sentence(const struct dataset *dataset, uint32_t item,
                               const struct film_text_form *form, struct arena *arena) {
    const struct movie *movie = &dataset->movies[item];
    struct buffer text;
    buffer_init(&text, arena);
    if (form->is_spoken)
        add_spoken_title(&text, movie->title);
    else
        buffer_text(&text, movie->title);
    add_genres(&text, dataset, movie->genres);
    size_t count, said = 0;
    const struct movie_tag *list = tags_of(dataset, item, &count);
    for (size_t t = 0; t < count && said < form->tags; t++)
        if (list[t].tag != form->left_out)
            buffer_format(&text, "%s%s", said++ ? ", " : ". Tags: ", dataset->tags[list[t].tag]);
    buffer_text(&text, ".");
    return text.bytes;
}

const char *film_text_terms(const struct dataset *dataset, uint32_t item, struct arena *arena) {
    const struct movie *movie = &dataset->movies[item];
    struct buffer text;
    buffer_init(&text, arena);
    buffer_bytes(&text, movie->title, film_text_title_length(movie->title));
    buffer_text(&text, ".");
    for (uint32_t g = 0; g < dataset->genre_count; g++)
        if (movie->genres >> g & 1)
            buffer_format(&text, " %s.", dataset->genres[g]);
    size_t count, all = 0;
    const struct movie_tag *list = tags_of(dataset, item, &count);
    for (size_t t = 0; t < count; t++)
        all += list[t].count;
    for (size_t t = 0; t < count; t++) {
        const size_t times = (20 * (size_t)list[t].count + all) / (2 * all);
        for (size_t i = 0; i < (times ? times : 1); i++)
            buffer_format(&text, " %s.", dataset->tags[list[t].tag]);
    }
    return text.bytes;
}
