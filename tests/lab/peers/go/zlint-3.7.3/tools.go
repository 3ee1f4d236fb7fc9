//go:build tools

package peers

import (
	_ "github.com/zmap/zlint/v3/cmd/zlint"
)
