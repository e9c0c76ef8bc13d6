# docker buildx bake: builds racknet/ip for this machine and loads it into its engine.

# A file of certificates, for machines whose way to PyPI needs one that only they know.
variable "SSL_CERT_FILE" { default = "" }

# The package's own, racknet/__init__.py; a test compares them.
variable "VERSION" { default = "0.1.0" }

# The commit of a release.
variable "REVISION" { default = "" }

# The date of all that is built, in seconds: the commit's, as script/image has it. Without one, all has today's date.
variable "SOURCE_DATE_EPOCH" { default = "" }

# Those of packaging/architectures.py.
variable "ARCHITECTURES" { default = ["amd64", "arm64", "armv7", "ppc64le", "riscv64", "s390x"] }

function "platform" {
  params = [arch]
  result = arch == "armv7" ? "linux/arm/v7" : "linux/${arch}"
}

target "_common" {
  context = "."
  args    = SOURCE_DATE_EPOCH == "" ? {} : { SOURCE_DATE_EPOCH = SOURCE_DATE_EPOCH }
  secret  = SSL_CERT_FILE == "" ? [] : ["id=certificates,src=${SSL_CERT_FILE}"]
  labels = {
    "org.opencontainers.image.title"       = "racknet"
    "org.opencontainers.image.description" = "The address of a host on the public network, or on the provider's internal network"
    "org.opencontainers.image.licenses"    = "Apache-2.0 AND PSF-2.0 AND BSD-3-Clause AND MIT AND LGPL-2.1-or-later AND GPL-3.0-or-later WITH GCC-exception-3.1"
    "org.opencontainers.image.version"     = VERSION
  }
}

group "default" { targets = ["image"] }

target "image" {
  inherits = ["_common"]
  tags     = ["racknet/ip:latest", "racknet/ip:${VERSION}"]
  output   = ["type=docker"]
}

# The image for each kind of machine, as script/release saves it.
target "one" {
  name      = "image-${arch}"
  matrix    = { arch = ARCHITECTURES }
  inherits  = ["image"]
  platforms = [platform(arch)]
  tags      = ["racknet/ip:${VERSION}-${arch}"]
  labels    = { "org.opencontainers.image.revision" = REVISION }
}

# The files themselves: script/executable.
target "executable" {
  name      = "executable-${arch}"
  matrix    = { arch = ARCHITECTURES }
  inherits  = ["_common"]
  platforms = [platform(arch)]
  output    = ["type=local,dest=dist/${arch}"]
}

# What they are made of: script/release makes the bills of materials out of it.
target "materials" {
  name      = "materials-${arch}"
  matrix    = { arch = ARCHITECTURES }
  inherits  = ["_common"]
  target    = "materials"
  platforms = [platform(arch)]
  output    = ["type=local,dest=dist/materials/${arch}"]
}

# What the tests, script/bench and script/compare run beside the image.
group "tests" { targets = ["beside-host", "beside-package", "beside-frozen", "beside-qemu", "beside-node", "beside-servers", "beside-redis", "beside-peers", "beside-engines", "beside-machine", "beside-systemd", "beside-tools", "beside-packages", "beside-cloud-init"] }

group "bench" { targets = ["beside-host", "beside-bench", "beside-nothing"] }

group "compare" { targets = ["beside-host", "beside-peers"] }

target "stage" {
  name     = stage
  matrix   = { stage = ["sources", "frozen"] }
  inherits = ["_common"]
  target   = stage
  output   = ["type=cacheonly"]
}

target "beside" {
  name     = "beside-${stage}"
  matrix   = { stage = ["host", "package", "frozen", "qemu", "node", "servers", "redis", "bench", "nothing", "peers", "engines", "machine", "systemd", "tools", "packages", "cloud-init"] }
  context  = "tests/image"
  contexts = { image = "target:image", sources = "target:sources", frozen-in = "target:frozen", project = "." }
  target   = stage
  secret   = SSL_CERT_FILE == "" ? [] : ["id=certificates,src=${SSL_CERT_FILE}"]
  tags     = ["racknet/tests:${stage}"]
  output   = ["type=docker"]
}
