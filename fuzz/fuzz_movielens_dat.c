/* fuzz_movielens_dat.c: any bytes as ratings.dat, and movies.dat, tags.dat behind it. */
#include "dataset/reader.h"
#include "reader_input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    return reader_input_run("movielens_dat", "ratings.dat", data, size);
}
