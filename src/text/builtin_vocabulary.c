/* builtin_vocabulary.c: see builtin_vocabulary.h. The assembler puts the compressed file in as it
 * is
 * (.incbin), MATINEE_TABLES_FOLDER comes from CMakeLists.txt; unpacking takes about 2 ms.
 * Checked by tests/text/test_wordpiece.c. */
#include "text/builtin_vocabulary.h"

#include <zlib.h>

#include "base/assert.h"

__asm__(".pushsection .rodata\n"
        ".balign 16\nbuiltin_vocabulary_begin:\n"
        ".incbin \"" MATINEE_TABLES_FOLDER "/vocab.txt.gz\"\n"
        "builtin_vocabulary_end:\n"
        ".popsection\n");
extern const unsigned char builtin_vocabulary_begin[] __attribute__((visibility("hidden")));
extern const unsigned char builtin_vocabulary_end[] __attribute__((visibility("hidden")));

void builtin_vocabulary_read(struct vocabulary *vocabulary, struct arena *arena) {
    const size_t packed = (size_t)(builtin_vocabulary_end - builtin_vocabulary_begin);
    /* The last four bytes of a gzip file are its content's size. */
    const unsigned char *tail = builtin_vocabulary_begin + packed - 4;
    const size_t size = tail[0] | (size_t)tail[1] << 8 | (size_t)tail[2] << 16;
    char *text = ARENA_ARRAY_RAW(arena, char, size);
    z_stream stream = {.next_in = (unsigned char *)(uintptr_t)builtin_vocabulary_begin,
                       .avail_in = (uInt)packed,
                       .next_out = (unsigned char *)text,
                       .avail_out = (uInt)size};
    ASSERT(inflateInit2(&stream, 16 + MAX_WBITS) == Z_OK);
    ASSERT(inflate(&stream, Z_FINISH) == Z_STREAM_END && stream.total_out == size);
    inflateEnd(&stream);
    struct error error;
    ASSERT(vocabulary_read(vocabulary, text, size, "vocab.txt", arena, &error) == STATUS_OK);
}
