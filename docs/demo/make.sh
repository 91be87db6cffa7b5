#!/bin/sh
# Makes demo.mp4 again: ./make.sh FOLDER, where FOLDER holds the five readings of Debian's
# pocketsphinx-testdata (usr/share/pocketsphinx/test/data/librivox). Needs ffmpeg.
set -eu
cd "$(dirname "$0")"
name=$1/sense_and_sensibility_01_austen_64kb
ffmpeg -nostdin -loglevel error -y \
  -f lavfi -i "gradients=size=640x360:rate=24:duration=28:speed=0.008:nb_colors=3:c0=0x1b2a41:c1=0x6b2737:c2=0xd9a05b:seed=7" \
  -i "$name-0870.wav" -i "$name-0880.wav" -i "$name-0890.wav" -i "$name-0920.wav" -i "$name-0930.wav" \
  -filter_complex "[1]adelay=1000[a];[2]apad=pad_dur=0.4[b];[3]apad=pad_dur=0.6[c];[4]apad=pad_dur=0.4[d];[5]apad=pad_dur=1.5[e];[a][b][c][d][e]concat=n=5:v=0:a=1,aresample=48000[out]" \
  -map 0:v -map "[out]" -metadata:s:a:0 language=eng -metadata title="Sense and Sensibility, chapter 1" \
  -c:v libx264 -preset slow -crf 30 -pix_fmt yuv420p -c:a aac -b:a 64k -shortest \
  -fflags +bitexact -flags:v +bitexact -flags:a +bitexact -movflags +faststart demo.mp4
