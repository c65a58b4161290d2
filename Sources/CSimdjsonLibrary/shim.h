// Only names the library to link: the C++ header is included by the CSimdjson target.
