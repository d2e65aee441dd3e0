/* fuzz_lists.c: any bytes as train.txt, and test.txt behind it. */
#include "dataset/reader.h"
#include "reader_input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    return reader_input_run("lists", "train.txt", data, size);
}
