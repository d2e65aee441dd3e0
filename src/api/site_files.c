/* site_files.c: see site_files.h.
 *
 * web/dist/files.def lists what the page's build wrote; the assembler puts the files in as they
 * are, as for the built-in data (dataset/builtin.c). MATINEE_SITE_FOLDER and MATINEE_SITE_LIST come
 * from CMakeLists.txt. Checked by tests/api/test_api_site.c. */
#include "api/site_files.h"

#include <string.h>

#define EMBED(symbol, file)                                                                        \
    __asm__(".pushsection .rodata\n" #symbol "_begin:\n"                                           \
            ".incbin \"" MATINEE_SITE_FOLDER "/" file "\"\n" #symbol "_end:\n"                     \
            ".byte 0\n"                                                                            \
            ".popsection\n");                                                                      \
    extern const char symbol##_begin[] __attribute__((visibility("hidden")));                      \
    extern const char symbol##_end[] __attribute__((visibility("hidden")));

#define SITE_FILE(number, file, type)                                                              \
    EMBED(site_files_plain_##number, file)                                                         \
    EMBED(site_files_brotli_##number, file ".br")
#include MATINEE_SITE_LIST
#undef SITE_FILE

static const struct site_file files[] = {
#define SITE_FILE(number, file, type)                                                              \
    {file,                                                                                         \
     type,                                                                                         \
     site_files_plain_##number##_begin,                                                            \
     site_files_plain_##number##_end,                                                              \
     site_files_brotli_##number##_begin,                                                           \
     site_files_brotli_##number##_end},
#include MATINEE_SITE_LIST
#undef SITE_FILE
};

const struct site_file *site_files_find(const char *path) {
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        if (strcmp(files[i].path, path) == 0)
            return &files[i];
    return NULL;
}
