# docker buildx bake: builds racknet/ip for this machine and loads it into its engine.

variable "TAG" { default = "racknet/ip:latest" }

# A file of certificates, for machines that reach PyPI by way of one of their own.
variable "SSL_CERT_FILE" { default = "" }

target "_common" {
  context = "."
  secret  = SSL_CERT_FILE == "" ? [] : ["id=certificates,src=${SSL_CERT_FILE}"]
}

group "default" { targets = ["image"] }

target "image" {
  inherits = ["_common"]
  tags     = [TAG]
  output   = ["type=docker"]
}
