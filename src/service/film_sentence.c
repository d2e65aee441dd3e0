/* film_sentence.c: see film_sentence.h. Checked by tests/service/test_service_search.c. */
#include "service/film_sentence.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/buffer.h"

/* "Matrix, The (1999)" as "The Matrix". */
static void add_title(struct buffer *text, const char *title) {
    static const char *const articles[] = {", The", ", A", ", An"};
    size_t length = strlen(title);
    const char *open = strrchr(title, '(');
    if (open && open > title && isdigit((unsigned char)open[1]) && title[length - 1] == ')')
        length = (size_t)(open - title);
    while (length > 0 && title[length - 1] == ' ')
        length--;
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

static void add_genres(struct buffer *text, const struct dataset *catalogue, uint64_t genres) {
    const char *before = ". Genres: ";
    for (uint32_t g = 0; g < catalogue->genre_count; g++) {
        const char *name = catalogue->genres[g];
        if (!(genres >> g & 1) || *name == '(' || strcasecmp(name, "unknown") == 0)
            continue;
        buffer_format(text, "%s%s", before, name);
        before = ", ";
    }
}

static void add_tags(struct buffer *text, const struct dataset *catalogue, uint32_t item,
                     uint32_t left_out) {
    const char *before = ". Tags: ";
    size_t count = 0;
    for (uint64_t i = catalogue->tag_offsets[item]; i < catalogue->tag_offsets[item + 1]; i++) {
        const uint32_t tag = catalogue->movie_tags[i].tag;
        if (tag == left_out || count == FILM_SENTENCE_TAGS)
            continue;
        buffer_format(text, "%s%s", before, catalogue->tags[tag]);
        before = ", ";
        count++;
    }
}

const char *film_sentence(const struct dataset *catalogue, uint32_t item, uint32_t left_out,
                          struct arena *arena) {
    struct buffer text;
    buffer_init(&text, arena);
    add_title(&text, catalogue->movies[item].title);
    add_genres(&text, catalogue, catalogue->movies[item].genres);
    if (catalogue->tag_offsets)
        add_tags(&text, catalogue, item, left_out);
    buffer_text(&text, ".");
    return text.bytes;
}
