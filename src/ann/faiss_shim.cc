/* faiss_shim.cc: see faiss_shim.h. No exception leaves it. */
#include "ann/faiss_shim.h"

#include <cstdio>
#include <cstring>
#include <exception>
#include <memory>

#include <faiss/IndexHNSW.h>
#include <faiss/IndexIVF.h>
#include <faiss/IndexIVFPQ.h>
#include <faiss/impl/io.h>
#include <faiss/index_factory.h>
#include <faiss/index_io.h>
#include <omp.h>

#define HNSW_SEARCH 64 /* candidates that a search keeps; FAISS's own 16 misses one in ten */

extern "C" void openblas_set_num_threads(int count);

/* FAISS's own threads and those of the BLAS it calls: the callers bring their own. */
static void keep_to_one_thread() {
    omp_set_num_threads(1);
    openblas_set_num_threads(1);
}

static void say(char why[FAISS_SHIM_WHY], const std::exception &problem) {
    std::snprintf(why, FAISS_SHIM_WHY, "%s", problem.what());
}

void *faiss_shim_build(const struct faiss_shim_recipe *job, char why[FAISS_SHIM_WHY]) try {
    keep_to_one_thread();
    std::unique_ptr<faiss::Index> index(
        faiss::index_factory(static_cast<int>(job->width), job->description, faiss::METRIC_L2));
    if (auto *lists = dynamic_cast<faiss::IndexIVF *>(index.get()))
        lists->nprobe = job->nprobe, lists->cp.min_points_per_centroid = 1;
    if (auto *graph = dynamic_cast<faiss::IndexHNSW *>(index.get()))
        graph->hnsw.efSearch = HNSW_SEARCH;
    if (auto *codes = dynamic_cast<faiss::IndexIVFPQ *>(index.get()))
        codes->pq.cp.min_points_per_centroid = 1;
    index->train(static_cast<faiss::Index::idx_t>(job->count), job->vectors);
    index->add(static_cast<faiss::Index::idx_t>(job->count), job->vectors);
    return index.release();
} catch (const std::exception &problem) {
    say(why, problem);
    return nullptr;
}

void faiss_shim_free(void *index) { delete static_cast<faiss::Index *>(index); }

int faiss_shim_search(const void *index, const struct faiss_shim_query *job) try {
    omp_set_num_threads(1);
    static_cast<const faiss::Index *>(index)->search(
        static_cast<faiss::Index::idx_t>(job->query_count), job->queries,
        static_cast<faiss::Index::idx_t>(job->k), job->distances, job->ids);
    return 0;
} catch (const std::exception &) {
    return -1;
}

uint8_t *faiss_shim_write(const void *index, size_t *size) try {
    faiss::VectorIOWriter writer;
    faiss::write_index(static_cast<const faiss::Index *>(index), &writer);
    auto bytes = std::make_unique<uint8_t[]>(writer.data.size());
    std::memcpy(bytes.get(), writer.data.data(), writer.data.size());
    *size = writer.data.size();
    return bytes.release();
} catch (const std::exception &) {
    return nullptr;
}

void faiss_shim_free_bytes(uint8_t *bytes) { delete[] bytes; }

void *faiss_shim_read(const uint8_t *bytes, size_t size, char why[FAISS_SHIM_WHY]) try {
    keep_to_one_thread();
    faiss::VectorIOReader reader;
    reader.data.assign(bytes, bytes + size);
    return faiss::read_index(&reader);
} catch (const std::exception &problem) {
    say(why, problem);
    return nullptr;
}

void faiss_shim_shape(const void *index, size_t *count, size_t *width) {
    *count = static_cast<size_t>(static_cast<const faiss::Index *>(index)->ntotal);
    *width = static_cast<size_t>(static_cast<const faiss::Index *>(index)->d);
}
