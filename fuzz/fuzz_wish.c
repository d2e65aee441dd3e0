/* fuzz_wish.c: any bytes as a wish: the first line is a title of the catalogue and a tag, the rest
 * the wish. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "intent/rules.h"
#include "intent/titles.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *name(const void *context, uint32_t index) {
    (void)index;
    return context;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char *const genres[] = {"Action", "Comedy", "Horror", "Musical", "Children's"};
    struct arena arena = {0};
    const char *text = (const char *)data;
    const char *end = size > 0 ? memchr(text, '\n', size) : NULL;
    const size_t first = end ? (size_t)(end - text) : 0;
    const char *title = arena_copy_length(&arena, text ? text : "", first);
    const struct movie movie = {.title = title};
    const uint32_t people = 1;
    struct phrases titles = {0}, tags = {0};
    struct token tokens[PHRASES_WORDS_MAX];
    titles_index(&titles, &movie, &people, 1, &arena);
    phrases_finish(&titles);
    const size_t count = tokens_of(title, first, tokens, PHRASES_WORDS_MAX, &arena);
    phrases_add(&tags, tokens, count, &(struct phrase){.value = 0}, &arena);
    phrases_finish(&tags);
    const struct rules_context context = {.genres = genres,
                                          .genre_count = sizeof genres / sizeof *genres,
                                          .titles = &titles,
                                          .tags = &tags,
                                          .film_title = name,
                                          .tag_name = name,
                                          .context = title,
                                          .last_year = 2018,
                                          .has_minutes = true};
    struct rules_found found;
    rules_find(text + first, size - first, &context, &arena, &found);
    arena_release(&arena);
    return 0;
}
