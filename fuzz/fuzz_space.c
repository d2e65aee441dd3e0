/* fuzz_space.c: any lines as the words of a sweep: read, counted, points taken and drawn. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "experiment/space.h"

#define WORDS_MAX 16

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena arena = {0};
    struct error error;
    struct space space;
    const char *words[WORDS_MAX];
    size_t count = 0;
    char *text = arena_copy_length(&arena, (const char *)data, size);
    for (char *line = text; line && count < WORDS_MAX;) {
        char *end = strchr(line, '\n');
        if (end)
            *end = '\0';
        words[count++] = line;
        line = end ? end + 1 : NULL;
    }
    if (space_parse(&space, words, count, &arena, &error) == STATUS_OK) {
        struct rng rng;
        rng_init(&rng, 1, 2);
        size_t points = space_size(&space);
        if (points > 0 && points <= SPACE_POINTS_MAX)
            space_point(&space, points - 1, &arena);
        space_draw(&space, &rng, &arena);
    }
    arena_release(&arena);
    return 0;
}
