# docker buildx bake: builds racknet/ip for this machine and loads it into its engine.

variable "TAG" { default = "racknet/ip:latest" }

# A file of certificates, for machines whose way to PyPI needs one that only they know.
variable "SSL_CERT_FILE" { default = "" }

# What script/image knows the sources by.
variable "SOURCES" { default = "" }

target "_common" {
  context = "."
  secret  = SSL_CERT_FILE == "" ? [] : ["id=certificates,src=${SSL_CERT_FILE}"]
  labels = {
    "org.opencontainers.image.title"       = "racknet"
    "org.opencontainers.image.description" = "The address of a host on the public network, or on the provider's internal network"
    "org.opencontainers.image.licenses"    = "Apache-2.0 AND PSF-2.0 AND BSD-3-Clause AND MIT AND Zlib AND LGPL-2.1-or-later"
    "racknet.sources"                      = SOURCES
  }
}

group "default" { targets = ["image"] }

target "image" {
  inherits = ["_common"]
  tags     = [TAG]
  output   = ["type=docker"]
}

# What the tests run beside the image.

target "objects" {
  inherits = ["_common"]
  target   = "objects"
  output   = ["type=cacheonly"]
}

group "tests" { targets = ["beside-host", "beside-package"] }

target "beside" {
  name     = "beside-${stage}"
  matrix   = { stage = ["host", "package", "bench"] }
  context  = "tests/image"
  contexts = { image = "target:image", objects = "target:objects", project = "." }
  target   = stage
  tags     = ["racknet/tests:${stage}"]
  output   = ["type=docker"]
}
