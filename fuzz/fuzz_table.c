/* fuzz_table.c: any bytes as a table of user,item[,rating[,time]]. */
#include "dataset/reader.h"
#include "reader_input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    return reader_input_run("table", "ratings.txt", data, size);
}
