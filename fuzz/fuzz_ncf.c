/* fuzz_ncf.c: any bytes as x.train.rating, and x.test.rating, x.test.negative, x.item_ids behind
 * it. */
#include "dataset/reader.h"
#include "reader_input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    return reader_input_run("ncf", "x.train.rating", data, size);
}
