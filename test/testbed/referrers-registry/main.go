// An in-memory container registry that implements the Referrers API of the OCI
// distribution specification 1.1, which distribution answers with 404.
// Plain HTTP; prints nothing but errors.
package main

import (
	"flag"
	"io"
	"log"
	"net/http"

	"github.com/google/go-containerregistry/pkg/registry"
)

func main() {
	address := flag.String("address", "127.0.0.1:0", "host:port to listen on")
	flag.Parse()

	handler := registry.New(registry.WithReferrersSupport(true), registry.Logger(log.New(io.Discard, "", 0)))
	server := &http.Server{Addr: *address, Handler: handler}
	log.Fatal(server.ListenAndServe())
}
