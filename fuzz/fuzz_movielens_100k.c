/* fuzz_movielens_100k.c: any bytes as u.data, and u.item, u.user, u.genre, u1.test behind it. */
#include "dataset/reader.h"
#include "reader_input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    return reader_input_run("movielens_100k", "u.data", data, size);
}
