/* fuzz_env_file.c: any bytes as a .env file. */
#include <stddef.h>
#include <stdint.h>

#include "trackers/env_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena arena = {0};
    struct env_file_entry *entries;
    env_file_parse((const char *)data, size, &arena, &entries);
    arena_release(&arena);
    return 0;
}
