/* fuzz_movielens_csv.c: any bytes as ratings.csv, and movies.csv, tags.csv, links.csv, facts.json
 * behind it. */
#include "dataset/reader.h"
#include "reader_input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    return reader_input_run("movielens_csv", "ratings.csv", data, size);
}
