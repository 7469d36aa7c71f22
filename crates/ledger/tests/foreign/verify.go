// Checks logs with Go's own tlog and note packages (golang.org/x/mod/sumdb), recomputing everything from the entries.
//
// Reads one log a line as JSON and answers one line each: "holds", or what does not.
package main

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type log struct {
	VKey       string
	Checkpoint string
	// Files of the tiled log by name.
	Files map[string][]byte
	// A checkpoint that was kept from before; the log must continue it.
	Kept string
}

func main() {
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	decoder := json.NewDecoder(in)
	for decoder.More() {
		var l log
		if err := decoder.Decode(&l); err != nil {
			fmt.Println("malformed:", err)
			return
		}
		if err := check(l); err != nil {
			fmt.Println(strings.ReplaceAll(err.Error(), "\n", " "))
		} else {
			fmt.Println("holds")
		}
	}
}

func open(text string, verifier note.Verifier) (size int64, root tlog.Hash, err error) {
	opened, err := note.Open([]byte(text), note.VerifierList(verifier))
	if err != nil {
		return 0, root, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 || lines[0] != verifier.Name() {
		return 0, root, errors.New("not a checkpoint of this log")
	}
	if size, err = strconv.ParseInt(lines[1], 10, 64); err != nil {
		return 0, root, err
	}
	bytes, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || len(bytes) != len(root) {
		return 0, root, errors.New("malformed root")
	}
	copy(root[:], bytes)
	return size, root, nil
}

func check(l log) error {
	verifier, err := note.NewVerifier(l.VKey)
	if err != nil {
		return err
	}
	size, root, err := open(l.Checkpoint, verifier)
	if err != nil {
		return err
	}
	// All hashes again, from the entries alone.
	var hashes []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		found := make([]tlog.Hash, 0, len(indexes))
		for _, index := range indexes {
			if index >= int64(len(hashes)) {
				return nil, errors.New("a hash is not there")
			}
			found = append(found, hashes[index])
		}
		return found, nil
	})
	index := int64(0)
	for bundle := int64(0); bundle*256 < size; bundle++ {
		width := min(256, size-bundle*256)
		data, there := l.Files[path("entries", bundle, width)]
		if !there {
			return fmt.Errorf("bundle %d is not there", bundle)
		}
		for n := int64(0); n < width; n++ {
			if len(data) < 2 || len(data) < 2+int(data[0])<<8+int(data[1]) {
				return fmt.Errorf("bundle %d is cut short", bundle)
			}
			length := int(data[0])<<8 + int(data[1])
			stored, err := tlog.StoredHashes(index, data[2:2+length], reader)
			if err != nil {
				return err
			}
			hashes = append(hashes, stored...)
			data, index = data[2+length:], index+1
		}
		if len(data) > 0 {
			return fmt.Errorf("bundle %d is too long", bundle)
		}
	}
	computed, err := tlog.TreeHash(size, reader)
	if err != nil {
		return err
	}
	if computed != root {
		return errors.New("the entries do not lead to the root")
	}
	expected := map[string]bool{}
	for level, inLevel := 0, size; inLevel > 0; level, inLevel = level+1, inLevel>>8 {
		for n := int64(0); n*256 < inLevel; n++ {
			width := min(256, inLevel-n*256)
			tile := tlog.Tile{H: 8, L: level, N: n, W: int(width)}
			data, err := tlog.ReadTileData(tile, reader)
			if err != nil {
				return err
			}
			name := path(strconv.Itoa(level), n, width)
			expected[name] = true
			if !bytes.Equal(data, l.Files[name]) {
				return fmt.Errorf("%s is not what the entries make it", name)
			}
			if level == 0 {
				expected[path("entries", n, width)] = true
			}
		}
	}
	for name := range l.Files {
		if !expected[name] {
			return fmt.Errorf("%s should not be there", name)
		}
	}
	if l.Kept == "" {
		return nil
	}
	keptSize, keptRoot, err := open(l.Kept, verifier)
	if err != nil {
		return err
	}
	if keptSize > size {
		return errors.New("the log was longer before")
	}
	if keptSize == size {
		if keptRoot != root {
			return errors.New("the log had another root before")
		}
		return nil
	}
	proof, err := tlog.ProveTree(size, keptSize, reader)
	if err != nil {
		return err
	}
	return tlog.CheckTree(proof, size, root, keptSize, keptRoot)
}

// The Go of Debian 12 has no min of its own.
func min(a, b int64) int64 {
	if a < b {
		return a
	}
	return b
}

func path(level string, n, width int64) string {
	number := fmt.Sprintf("%03d", n%1000)
	for rest := n / 1000; rest > 0; rest /= 1000 {
		number = fmt.Sprintf("x%03d/%s", rest%1000, number)
	}
	name := "tile/" + level + "/" + number
	if width < 256 {
		name += ".p/" + strconv.FormatInt(width, 10)
	}
	return name
}
