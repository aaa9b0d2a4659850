// SPDX-License-Identifier: Apache-2.0

// Command testcontainer makes a container of an image, as a test of somebody's program would, and removes it.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/testcontainers/testcontainers-go"
)

func main() {
	ctx := context.Background()
	made, err := testcontainers.GenericContainer(ctx, testcontainers.GenericContainerRequest{
		ContainerRequest: testcontainers.ContainerRequest{
			Image: os.Args[1], AlwaysPullImage: true, Entrypoint: []string{"/bin/busybox", "true"},
		},
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println("made of", os.Args[1])
	if err := made.Terminate(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
