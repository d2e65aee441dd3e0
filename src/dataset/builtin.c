/* builtin.c: data/ml-latest-small as bytes of the program. See builtin.h.
 *
 * The assembler puts the files in as they are (.incbin): no generated source, and the pages are
 * read from the program's own file only when somebody opens the data set. MATINEE_BUILTIN_FOLDER
 * comes from CMakeLists.txt; without it (-DMATINEE_BUILTIN_DATA=OFF) there is no built-in data set.
 */
#include "dataset/builtin.h"

#ifdef MATINEE_BUILTIN_FOLDER

#define EMBED(symbol, file)                                                                        \
    __asm__(".pushsection .rodata\n"                                                               \
            ".balign 16\n" #symbol "_begin:\n"                                                     \
            ".incbin \"" MATINEE_BUILTIN_FOLDER "/" file "\"\n" #symbol "_end:\n"                  \
            ".byte 0\n"                                                                            \
            ".popsection\n");                                                                      \
    extern const char symbol##_begin[] __attribute__((visibility("hidden")));                      \
    extern const char symbol##_end[] __attribute__((visibility("hidden")));

EMBED(builtin_ratings, "ratings.csv")
EMBED(builtin_movies, "movies.csv")
EMBED(builtin_tags, "tags.csv")
EMBED(builtin_links, "links.csv")
EMBED(builtin_readme_text, "README.txt")

bool builtin_is_there(void) { return true; }

struct volume builtin_volume(struct arena *arena) {
    const struct volume_text texts[] = {
        {"ratings.csv", builtin_ratings_begin,
         (size_t)(builtin_ratings_end - builtin_ratings_begin)},
        {"movies.csv", builtin_movies_begin, (size_t)(builtin_movies_end - builtin_movies_begin)},
        {"tags.csv", builtin_tags_begin, (size_t)(builtin_tags_end - builtin_tags_begin)},
        {"links.csv", builtin_links_begin, (size_t)(builtin_links_end - builtin_links_begin)},
    };
    struct volume volume =
        volume_of_texts(BUILTIN_SOURCE, texts, sizeof texts / sizeof texts[0], arena);
    volume.name = BUILTIN_NAME;
    return volume;
}

const char *builtin_readme(struct arena *arena) {
    return arena_copy_length(arena, builtin_readme_text_begin,
                             (size_t)(builtin_readme_text_end - builtin_readme_text_begin));
}

#else

bool builtin_is_there(void) { return false; }

struct volume builtin_volume(struct arena *arena) {
    (void)arena;
    return (struct volume){.name = BUILTIN_NAME, .path = BUILTIN_SOURCE};
}

const char *builtin_readme(struct arena *arena) {
    (void)arena;
    return "";
}

#endif
