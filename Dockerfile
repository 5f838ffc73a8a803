# The kit, set up, with JupyterLab on port 8888.
#
#   docker build -t pat .                          # for the CPU
#   docker build -t pat-gpu --build-arg DEVICE=gpu .
#   docker run --rm -it -p 127.0.0.1:8888:8888 pat # then open the printed address
FROM node:20-bookworm-slim AS tools

# Python runs JupyterLab; git tells the version of the code that a run stores.
RUN apt-get update \
  && apt-get install -y --no-install-recommends ca-certificates git python3 python3-venv \
  && rm -rf /var/lib/apt/lists/*

FROM tools

# gpu binds TensorFlow's GPU build (some 8 GB more): no GPU can be seen while an image is built.
ARG DEVICE=cpu
ENV PAT_DEVICE=${DEVICE}

WORKDIR /pat
COPY . .
# The compiler builds three addons and goes again. Any user of group 0 may write, as may the user node: docker run --user 1234:0
RUN apt-get update \
  && apt-get install -y --no-install-recommends g++ \
  && npm run setup \
  && apt-get purge -y --auto-remove g++ \
  && rm -rf /var/lib/apt/lists/* /root/.npm /root/.cache .cache/setup \
  && chown -R node:0 /pat && chmod -R g=u /pat

USER node
ENV HOME=/tmp
EXPOSE 8888
CMD ["npm", "run", "lab", "--", "--skip-setup", "--container", "--no-browser", "--port", "8888"]
