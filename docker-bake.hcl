# docker buildx bake: builds racknet/ip for this machine and loads it into its engine.

variable "TAG" { default = "racknet/ip:latest" }

# A file of certificates, for machines whose way to PyPI needs one that only they know.
variable "SSL_CERT_FILE" { default = "" }

# What script/image knows the sources by.
variable "SOURCES" { default = "" }

variable "VERSION" { default = "dev" }

# The date of all that is built, in seconds: the commit's, as script/image has it. Without one, all has today's date.
variable "SOURCE_DATE_EPOCH" { default = "" }

target "_common" {
  context = "."
  args    = SOURCE_DATE_EPOCH == "" ? {} : { SOURCE_DATE_EPOCH = SOURCE_DATE_EPOCH }
  secret  = SSL_CERT_FILE == "" ? [] : ["id=certificates,src=${SSL_CERT_FILE}"]
  labels = {
    "org.opencontainers.image.title"       = "racknet"
    "org.opencontainers.image.description" = "The address of a host on the public network, or on the provider's internal network"
    "org.opencontainers.image.licenses"    = "Apache-2.0 AND PSF-2.0 AND BSD-3-Clause AND MIT AND Zlib AND LGPL-2.1-or-later AND GPL-3.0-or-later WITH GCC-exception-3.1"
    "racknet.sources"                      = SOURCES
  }
}

group "default" { targets = ["image"] }

target "image" {
  inherits = ["_common"]
  tags     = [TAG]
  output   = ["type=docker"]
}

# The image for either kind of machine, as script/release saves it.
target "one" {
  name      = "image-${arch}"
  matrix    = { arch = ["amd64", "arm64"] }
  inherits  = ["image"]
  platforms = ["linux/${arch}"]
  tags      = ["racknet/ip:${VERSION}-${arch}"]
}

# Both architectures, with attestations: needs a container builder (docker buildx create --use).
target "release" {
  inherits  = ["image"]
  platforms = ["linux/amd64", "linux/arm64"]
  attest    = ["type=provenance,mode=max", "type=sbom"]
  output    = ["type=oci,dest=racknet-ip.oci.tar"]
}

# The files themselves: script/executable.
group "executables" { targets = ["executable-amd64", "executable-arm64"] }

target "executable" {
  name      = "executable-${arch}"
  matrix    = { arch = ["amd64", "arm64"] }
  inherits  = ["_common"]
  platforms = ["linux/${arch}"]
  output    = ["type=local,dest=dist/${arch}"]
}

# What they are made of: script/release makes the bills of materials out of it.
target "materials" {
  name      = "materials-${arch}"
  matrix    = { arch = ["amd64", "arm64"] }
  inherits  = ["_common"]
  target    = "materials"
  platforms = ["linux/${arch}"]
  output    = ["type=local,dest=dist/materials/${arch}"]
}

# What the tests, script/bench and script/compare run beside the image.
group "tests" { targets = ["beside-host", "beside-package", "beside-frozen", "beside-qemu", "beside-node", "beside-redis", "beside-peers", "beside-engines", "beside-machine", "beside-systemd", "beside-packages"] }

group "bench" { targets = ["beside-host", "beside-bench", "beside-nothing"] }

group "compare" { targets = ["beside-host", "beside-peers"] }

target "stage" {
  name     = stage
  matrix   = { stage = ["objects", "frozen"] }
  inherits = ["_common"]
  target   = stage == "frozen" ? "executable" : stage
  output   = ["type=cacheonly"]
}

target "beside" {
  name     = "beside-${stage}"
  matrix   = { stage = ["host", "package", "frozen", "qemu", "node", "redis", "bench", "nothing", "peers", "engines", "machine", "systemd", "packages"] }
  context  = "tests/image"
  contexts = { image = "target:image", objects = "target:objects", frozen-in = "target:frozen", project = ".", benchmarks = "benchmarks" }
  target   = stage
  tags     = ["racknet/tests:${stage}"]
  output   = ["type=docker"]
}
