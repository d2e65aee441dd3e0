/* fuzz_wordpiece.c: any bytes as a text, and as a vocabulary that cuts them. */
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/assert.h"
#include "text/builtin_vocabulary.h"
#include "text/wordpiece.h"

#define LIMIT 256

static void cut(const struct vocabulary *vocabulary, const char *bytes, size_t size) {
    uint32_t ids[LIMIT];
    for (size_t limit = 2; limit <= LIMIT; limit += 127) {
        const size_t count = wordpiece_encode(vocabulary, bytes, size, ids, limit);
        ASSERT(count >= 2 && count <= limit);
        for (size_t i = 0; i < count; i++)
            ASSERT(ids[i] < vocabulary->count);
        ASSERT(ids[0] == vocabulary->special[VOCABULARY_CLS]);
        ASSERT(ids[count - 1] == vocabulary->special[VOCABULARY_SEP]);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct arena kept;
    static struct vocabulary builtin;
    if (!builtin.text)
        builtin_vocabulary_read(&builtin, &kept);
    cut(&builtin, (const char *)data, size);
    struct arena arena = {0};
    struct vocabulary own;
    struct error error;
    if (vocabulary_read(&own, (const char *)data, size, "vocab.txt", &arena, &error) == STATUS_OK)
        cut(&own, (const char *)data, size);
    arena_release(&arena);
    return 0;
}
